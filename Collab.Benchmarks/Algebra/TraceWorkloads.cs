using System.Buffers;
using Collab.Operations;
using Collab.Operations.Deltas;
using Collab.Operations.Text;
using Collab.Tests.Operations;

namespace Collab.Benchmarks.Algebra;

/// <summary>What is done with a trace; <c>peers/algebra/measure.mjs</c> does the same with the npm libraries. Each checks its result against the trace's hash.</summary>
public sealed class TraceWorkloads
{
    private readonly string _finalSha256;
    private readonly int[] _bases;
    private readonly Delta[] _deltas;
    private readonly byte[][] _encoded;
    private readonly ArrayBufferWriter<byte> _output = new(1 << 16);

    public TraceWorkloads(string name, bool isConcurrent)
    {
        Name = name;
        var (finalSha256, transactions) = Corpus.Read($"{name}.{(isConcurrent ? "conc" : "seq")}.jsonl.gz");
        _finalSha256 = finalSha256;
        _bases = [.. transactions.Select(transaction => transaction.Base)];
        _deltas = new Delta[transactions.Count];
        var log = new List<IDelta>();
        var lengths = new List<int> { 0 };
        for (var i = 0; i < transactions.Count; i++)
        {
            _deltas[i] = Corpus.ToDelta(transactions[i], lengths[transactions[i].Base]);
            log.Add(TextKind.Instance.Rebase(_deltas[i], log[transactions[i].Base..]).Delta);
            lengths.Add(((Delta)log[i]).TargetLength);
        }

        _encoded = [.. _deltas.Select(Encoded)];
    }

    public string Name { get; }

    public int Transactions => _deltas.Length;

    /// <summary>Every edit of a session of one, applied to the document.</summary>
    public void Apply()
    {
        IContent content = TextContent.Empty;
        foreach (var delta in _deltas)
            content = content.Apply(delta);
        Check(content);
    }

    /// <summary>What a server does with concurrent edits: each is moved over what it had not seen, conflicts are looked for, and it is applied.</summary>
    public void Rebase()
    {
        IContent content = TextContent.Empty;
        var log = new List<IDelta>(_deltas.Length);
        for (var i = 0; i < _deltas.Length; i++)
        {
            var rebased = TextKind.Instance.Rebase(_deltas[i], log[_bases[i]..]).Delta;
            log.Add(rebased);
            content = content.Apply(rebased);
        }

        Check(content);
    }

    /// <summary>Every edit to canonical JSON.</summary>
    public void Encode()
    {
        foreach (var delta in _deltas)
        {
            _output.ResetWrittenCount();
            delta.Encode(_output);
        }
    }

    /// <summary>Every edit from JSON, with the checks that the server makes of what a client sent.</summary>
    public void Decode()
    {
        foreach (var encoded in _encoded)
            TextKind.Instance.DecodeDelta(encoded, DeltaLimits.Default);
    }

    /// <summary>What an author's side does: every edit applied, and written.</summary>
    public void Send()
    {
        IContent content = TextContent.Empty;
        foreach (var delta in _deltas)
        {
            _output.ResetWrittenCount();
            delta.Encode(_output);
            content = content.Apply(delta);
        }

        Check(content);
    }

    /// <summary>What everybody else does: every edit read, and applied.</summary>
    public void Receive()
    {
        IContent content = TextContent.Empty;
        foreach (var encoded in _encoded)
            content = content.Apply(TextKind.Instance.DecodeDelta(encoded, DeltaLimits.Default));
        Check(content);
    }

    private static byte[] Encoded(Delta delta)
    {
        var output = new ArrayBufferWriter<byte>(64);
        delta.Encode(output);
        return output.WrittenSpan.ToArray();
    }

    private void Check(IContent content)
    {
        if (Corpus.Sha256(content.ToString()!) != _finalSha256)
            throw new InvalidOperationException($"The trace {Name} ends in another text than the recorder's.");
    }
}
