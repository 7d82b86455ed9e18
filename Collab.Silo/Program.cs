using Collab.Observability.Runtime;
using Collab.Silo;

if (args is [HealthProbe.Command, .. var rest])
    return await HealthProbe.RunAsync(rest);

if (args is [SchemaCommand.Command, .. var settings])
    return await SchemaCommand.RunAsync(settings);

LibraryDefaults.Replace();
var builder = WebApplication.CreateSlimBuilder(args);
// The slim builder brings a console that knows no JSON.
builder.Logging.AddConsole();
builder.AddCollabSilo();

var app = builder.Build();
app.MapCollabOperations();
return await app.RunToEndAsync();
