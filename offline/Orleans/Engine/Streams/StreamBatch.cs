using Orleans.Runtime;
using Orleans.Streams;

namespace Orleans.Engine.Streams;

/// <summary>Items that were published together, and stay together.</summary>
internal sealed record StreamBatch(StreamId Stream, long Sequence, IReadOnlyList<object> Items, Dictionary<string, object>? RequestContext);

/// <summary>An item's place: its batch and its index in there.</summary>
internal sealed class StreamPlace(long sequence, int index) : StreamSequenceToken
{
    public override long SequenceNumber { get; protected set; } = sequence;

    public override int EventIndex { get; protected set; } = index;
}
