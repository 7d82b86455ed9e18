using Collab.Silo;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddCollabSilo();

var app = builder.Build();
app.MapCollabOperations();
app.Run();
