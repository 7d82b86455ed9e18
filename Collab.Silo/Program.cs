using Collab.Silo;

if (args is [HealthProbe.Command, .. var rest])
    return await HealthProbe.RunAsync(rest);

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddCollabSilo();

var app = builder.Build();
app.MapCollabOperations();
app.Run();
return 0;
