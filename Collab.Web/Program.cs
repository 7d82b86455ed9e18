using Collab.Observability.Runtime;
using Collab.Silo;
using Collab.Web;
using Collab.Web.Limits;
using Collab.Web.Security;
using Collab.Web.Sockets;

if (args is [HealthProbe.Command, .. var rest])
    return await HealthProbe.RunAsync(rest);

LibraryDefaults.Replace();
var builder = WebApplication.CreateBuilder(args);
builder.AddCollab();
builder.Services.UseServerLimits();
builder.Services.UseInlineScheduling();
builder.Services.UseSocketHandover();

var app = builder.Build();
app.UseSecurityHeaders();
app.MapDemo();
app.MapCollab();
return await app.RunToEndAsync();
