using Collab.Web;
using Collab.Web.Security;

var builder = WebApplication.CreateBuilder(args);
builder.AddCollab();

var app = builder.Build();
app.UseSecurityHeaders();
app.MapDemo();
app.MapCollab();
app.Run();
