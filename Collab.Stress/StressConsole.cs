using Collab.Stress.Reporting;

namespace Collab.Stress;

/// <summary>Where the tool speaks to people: standard output, or standard error where that is taken by the JSON report.</summary>
internal sealed class StressConsole
{
    private readonly TextWriter _output;
    private readonly bool _isTerminal;
    private readonly bool _isQuiet;

    /// <param name="isQuiet">Only the result and errors are told.</param>
    public StressConsole(bool isJsonOnOutput, bool isQuiet, bool hasNoColor)
    {
        _output = isJsonOnOutput ? Console.Error : Console.Out;
        _isTerminal = !(isJsonOnOutput ? Console.IsErrorRedirected : Console.IsOutputRedirected);
        _isQuiet = isQuiet;
        Paint = new Paint(_isTerminal && !hasNoColor && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));
    }

    public Paint Paint { get; }

    public Progress Progress() => new(_isQuiet ? null : _output, _isTerminal);

    /// <summary>What one likes to know and could do without.</summary>
    public void Remark(string text)
    {
        if (!_isQuiet)
            _output.WriteLine(text);
    }

    /// <summary>What comes now, of several.</summary>
    public void Title(StressPlan plan)
    {
        if (!_isQuiet)
            _output.WriteLine($"\n{Paint.Strong(plan.Scenario.Name)}: {plan.Scenario.Description}\n{plan}");
    }

    public static void Failure(string text) => Console.Error.WriteLine($"collab-stress: {text}");

    public void Result(string text) => _output.WriteLine(text);
}
