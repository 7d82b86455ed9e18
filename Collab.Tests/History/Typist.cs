using System.Text;
using Collab.Contracts;
using Collab.Contracts.Documents;

namespace Collab.Tests.History;

/// <summary>A session that writes one character an operation at the document's end, through the grain: <c>0123456789012…</c></summary>
internal sealed class Typist(IGrainFactory grains, string document, string session)
{
    private readonly IDocumentGrain _document = grains.GetGrain<IDocumentGrain>(document);
    private long _lease;

    public long Sequence { get; private set; }

    public async Task<Admission> AdmitAsync()
    {
        var admission = await _document.Admit(new SessionId(session), session);
        Assert.Null(admission.Refusal);
        (_lease, Sequence) = (admission.Lease, admission.AppliedSequence);
        return admission;
    }

    /// <summary>Writes until the document is so long and at that revision; nobody else writes.</summary>
    public async Task WriteAsync(int from, int to)
    {
        for (int length = from; length < to; length++)
            Assert.Null((await SubmitAsync(Sequence + 1, length)).Refusal);
    }

    public async Task<SubmitOutcome> SubmitAsync(long sequence, int length)
    {
        var outcome = await _document.Submit(Submission(sequence, length));
        if (outcome is { Refusal: null, IsDuplicate: false })
            Sequence = sequence;
        return outcome;
    }

    private Submission Submission(long sequence, int length) => new(
        new SessionId(session), _lease, sequence, new Revision(length), Encoding.UTF8.GetBytes(length == 0 ? "[\"0\"]" : $"[{length},\"{length % 10}\"]"));
}
