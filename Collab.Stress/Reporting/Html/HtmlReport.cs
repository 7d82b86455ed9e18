namespace Collab.Stress.Reporting.Html;

/// <summary>A report as one page that needs nothing else: no server, no network. The page is built from <c>demo/src/report</c> and embedded; the numbers are put into it.</summary>
internal static class HtmlReport
{
    // What stands in the page in place of a report.
    private const string Place = "\"the report\"";

    /// <exception cref="InvalidPlanException">This build of the tool has no page.</exception>
    public static void RequireViewer()
    {
        if (Open() is not { } viewer)
            throw new InvalidPlanException("--html needs the report's page, and it was not there when collab-stress was built. ./collab build makes both; so do npm ci && npm run build in demo/, and then dotnet build Collab.Stress.");
        viewer.Dispose();
    }

    /// <param name="json">Of a <see cref="RunReport"/>.</param>
    public static string Of(string json)
    {
        using var reader = new StreamReader(Open() ?? throw new InvalidOperationException("RequireViewer was not asked."));
        // In JSON the sign stands in strings alone. Unescaped, "</script>" in one would end the report, and what follows would be markup.
        return reader.ReadToEnd().Replace(Place, json.Replace("<", "\\u003c", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static Stream? Open() => typeof(HtmlReport).Assembly.GetManifestResourceStream("report.html");
}
