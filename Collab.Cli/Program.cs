using System.CommandLine;
using Collab.Cli;

var command = new RootCommand("Backs up, restores and checks Collab's operation log.")
{
    ExportCommand.Create(),
    ImportCommand.Create(),
    VerifyCommand.Create(),
};
return await command.Parse(args).InvokeAsync();
