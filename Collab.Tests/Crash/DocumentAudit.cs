using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Tests.EndToEnd;

namespace Collab.Tests.Crash;

/// <summary>
/// Compares what clients typed into one document and were told about it with what the server has: the log operation by operation, the
/// content, the clients' replicas.
/// </summary>
/// <remarks>
/// Each time the log is read from where the last but one reading ended. So every operation is read in the life of the process that wrote it,
/// where it may come from memory, and again in the next one, which has nothing but the store. What retention gave up in between can't be read any
/// more: of that only what it did to the text is compared.
/// </remarks>
internal sealed class DocumentAudit(DocumentRecord record)
{
    private readonly Dictionary<long, (string Session, long Sequence)> _log = [];
    private readonly Dictionary<(string Session, long Sequence), long> _revisions = [];
    private readonly Dictionary<Token, long> _typedAt = [];
    private readonly HashSet<long> _found = [];
    private readonly List<string> _evidence = [];
    private (long Revision, IContent Content) _from = (0, record.Kind.Initial);
    private (long Revision, IContent Content) _next = (0, record.Kind.Initial);
    private string _replayed = "";

    /// <summary>Operations that their author was told of and that the log was seen to have, at that revision.</summary>
    public int Found => _found.Count;

    public int Lost { get; private set; }

    public int Doubled { get; private set; }

    /// <summary>The newest operation at the last reading.</summary>
    public long Head => _next.Revision;

    /// <summary>The oldest revision that could be read from, more than 0 where retention gave something up.</summary>
    public long Start { get; private set; }

    /// <summary>Everything that is not as it must be; empty when all is well.</summary>
    public IReadOnlyList<string> Evidence => _evidence;

    /// <summary>To be called when nobody edits and everybody has saved.</summary>
    /// <param name="replicas">Who holds the document, by a name for the evidence.</param>
    public async Task RunAsync(Api api, IEnumerable<(string Name, IContent Content)> replicas)
    {
        var (revision, content) = await FromAsync(api);
        long from = revision;
        await foreach (var (operation, delta) in ReadAsync(api, revision))
        {
            Note(++revision, operation, delta);
            content = content.Apply(delta);
        }

        (_from, _next) = (_next, (revision, content));
        _evidence.AddRange(record.Contradictions);
        CompareTold(from);
        CompareTokens(content);
        string replayed = Canonical(content);
        _replayed = replayed;
        Compare("the content over REST", replayed, Canonical(await ContentAsync(api)));
        foreach (var (name, replica) in replicas)
            Compare(name, replayed, Canonical(replica));
    }

    /// <summary>Another host must read over REST what the log gave at the last reading; nobody has edited since.</summary>
    public async Task CompareAsync(Uri host)
    {
        using var api = new Api(host);
        Compare($"the content over REST of {host.Authority}", _replayed, Canonical(await ContentAsync(api)));
    }

    /// <summary>What a delta inserts, one after the other.</summary>
    public static string Inserted(Delta delta)
    {
        var text = new StringBuilder();
        foreach (var component in delta.Components)
            if (component.Kind == ComponentKind.Insert)
                text.Append(component.Text);
        return text.ToString();
    }

    private async Task<(long Revision, IContent Content)> FromAsync(Api api)
    {
        Start = (await api.GetAsync($"api/documents/{record.Id}")).GetProperty("start").GetInt64();
        return Start <= _from.Revision ? _from : (Start, await ContentAsync(api, $"?revision={Start}"));
    }

    private async IAsyncEnumerable<((string Session, long Sequence) Operation, Delta Delta)> ReadAsync(Api api, long from)
    {
        while (true)
        {
            var page = await api.GetAsync($"api/documents/{record.Id}/operations?from={from}&limit=1000");
            foreach (var operation in page.GetProperty("operations").EnumerateArray())
            {
                from++;
                var delta = record.Kind.DecodeDelta(JsonMarshal.GetRawUtf8Value(operation.GetProperty("delta")), DeltaLimits.Default);
                yield return ((operation.GetProperty("session").GetString()!, operation.GetProperty("sequence").GetInt64()), (Delta)delta);
            }

            if (from >= page.GetProperty("head").GetInt64())
                yield break;
        }
    }

    private void Note(long revision, (string Session, long Sequence) operation, Delta delta)
    {
        if (!_log.TryAdd(revision, operation) && _log[revision] != operation)
            Add($"operation {revision} was {Name(_log[revision])} in the log and is {Name(operation)} now");
        if (!_revisions.TryAdd(operation, revision) && _revisions[operation] != revision)
            Add($"{Name(operation)} is in the log as operation {_revisions[operation]} and as operation {revision}", doubled: 1);
        foreach (var token in Token.ReadAll(Inserted(delta)))
            if (!_typedAt.TryAdd(token, revision) && _typedAt[token] != revision)
                Add($"{token} was typed once and is inserted by operation {_typedAt[token]} and by operation {revision}, {Name(operation)}", doubled: 1);
    }

    private void CompareTold(long from)
    {
        foreach (var (revision, session, sequence) in record.ToldAfter(from))
        {
            if (!_log.TryGetValue(revision, out var logged))
                Add($"{session}/{sequence} was acknowledged as operation {revision}; the log ends at {Head}", lost: 1);
            else if (logged != (session, sequence))
                Add($"{session}/{sequence} was acknowledged as operation {revision}; the log has {Name(logged)} there", lost: 1);
            else if (record.IsAcknowledged(logged))
                _found.Add(revision);
        }
    }

    private void CompareTokens(IContent content)
    {
        var expected = record.Expected;
        var seen = new HashSet<Token>();
        foreach (var token in Token.ReadAll(content.ToString()!.TrimEnd('\n')))
        {
            if (!seen.Add(token))
                Add($"{token} is in the text twice; operation {At(token)} inserted it", doubled: 1);
            else if (!expected.Contains(token))
                Add($"{token} is in the text although it was deleted, or never typed; operation {At(token)} inserted it");
        }

        foreach (var token in expected.Except(seen))
            Add($"{token} was typed and is not in the text; operation {At(token)} inserted it", lost: 1);
    }

    private string At(Token token) => _typedAt.TryGetValue(token, out long revision) ? revision.ToString(System.Globalization.CultureInfo.InvariantCulture) : "none";

    private void Compare(string who, string replayed, string has)
    {
        if (has == replayed)
            return;
        int at = replayed.Zip(has).TakeWhile(pair => pair.First == pair.Second).Count();
        Add($"{who} is not what the log replayed up to {Head} gives: they part at character {at} of the JSON, '{Excerpt(has, at)}' instead of '{Excerpt(replayed, at)}'");
    }

    private async Task<IContent> ContentAsync(Api api, string query = "")
    {
        var answer = await api.GetAsync($"api/documents/{record.Id}/content{query}");
        return record.Kind.DecodeContent(JsonMarshal.GetRawUtf8Value(answer.GetProperty("content")));
    }

    private void Add(string what, int lost = 0, int doubled = 0)
    {
        (Lost, Doubled) = (Lost + lost, Doubled + doubled);
        _evidence.Add($"{record.Id}: {what}.");
    }

    private static string Name((string Session, long Sequence) operation) => $"{operation.Session}/{operation.Sequence}";

    private static string Excerpt(string text, int at) => text[Math.Max(0, at - 20)..Math.Min(text.Length, at + 40)];

    private static string Canonical(IContent content)
    {
        var json = new ArrayBufferWriter<byte>();
        content.Encode(json);
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
