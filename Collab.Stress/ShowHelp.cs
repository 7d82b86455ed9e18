using System.CommandLine;
using System.CommandLine.Invocation;

namespace Collab.Stress;

/// <summary>Answers <c>--help</c>.</summary>
internal sealed class ShowHelp(StressOptions options) : SynchronousCommandLineAction
{
    private const int WidthElsewhere = 120;
    private const int WidthLeast = 70;

    public override int Invoke(ParseResult parseResult)
    {
        var console = new StressConsole(isJsonOnOutput: false, isQuiet: false, parseResult.GetValue(options.NoColor));
        int width = Console.IsOutputRedirected ? WidthElsewhere : Math.Clamp(Console.WindowWidth - 1, WidthLeast, WidthElsewhere);
        console.Result(HelpText.Of(options, console.Paint, width));
        return StressCommand.Fine;
    }
}
