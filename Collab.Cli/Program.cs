using System.CommandLine;
using Collab.Cli;

var command = new RootCommand("Backs up, restores and checks Collab's operation log, and makes API keys.")
{
    ExportCommand.Create(),
    ImportCommand.Create(),
    VerifyCommand.Create(),
    ApiKeyCommand.Create(),
};
return await command.Parse(args).InvokeAsync();
