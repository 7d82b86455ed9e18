using System.Globalization;

namespace Collab.Tests.Tracing;

/// <summary>A span as it came over OTLP.</summary>
/// <param name="Start">Nanoseconds since 1970.</param>
internal sealed record ReceivedSpan(
    string Service, string Instance, string Source, string Trace, string Id, string Parent, string Name, int Kind, ulong Start, ulong End, IReadOnlyDictionary<string, string> Tags, bool IsError)
{
    public const int Server = 2;
    public const int Client = 3;
    public const int Consumer = 5;

    public string Document => Tags.GetValueOrDefault("collab.document", "");

    /// <summary>All of an ExportTraceServiceRequest.</summary>
    public static IEnumerable<ReceivedSpan> Read(Protobuf request) =>
        from resource in request.Messages(1)
        let process = Attributes(resource.Message(1)!, 1)
        from scope in resource.Messages(2)
        let source = scope.Message(1)?.Text(1) ?? ""
        from span in scope.Messages(2)
        select new ReceivedSpan(
            process.GetValueOrDefault("service.name", ""), process.GetValueOrDefault("service.instance.id", ""), source, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), (int)span.Number(6), span.Number(7), span.Number(8), Attributes(span, 9), span.Message(15)?.Number(3) == 2);

    /// <summary>Attributes of a message, as text.</summary>
    public static Dictionary<string, string> Attributes(Protobuf message, int field) =>
        message.Messages(field).ToDictionary(attribute => attribute.Text(1), attribute => attribute.Message(2) is { } value ? Text(value) : "");

    /// <summary>Whether it runs within <paramref name="outer"/>, but for what clocks may be off by.</summary>
    public bool IsWithin(ReceivedSpan outer)
    {
        const ulong Slack = 20_000_000;
        return Start + Slack >= outer.Start && End <= outer.End + Slack;
    }

    private static string Text(Protobuf value) => value.Has(3) ? ((long)value.Number(3)).ToString(CultureInfo.InvariantCulture) : value.Has(2) ? value.Number(2) == 1 ? "true" : "false" : value.Text(1);
}
