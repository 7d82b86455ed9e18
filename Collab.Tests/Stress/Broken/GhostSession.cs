using System.Collections.Concurrent;
using System.Collections.Immutable;
using Collab.Contracts;
using Collab.Contracts.Documents;

namespace Collab.Tests.Stress.Broken;

/// <summary>Has every so many submissions applied again, by a session that nobody has.</summary>
internal sealed class GhostSession(int every) : IIncomingGrainCallFilter
{
    private readonly ConcurrentDictionary<string, long> _sequences = new();
    private int _submissions;

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.Grain is not IDocumentGrain document)
            return;
        foreach (var submission in Submitted(context))
        {
            if (Interlocked.Increment(ref _submissions) % every != 0)
                continue;
            var ghost = new SessionId("ghost");
            var admission = await document.Admit(ghost, "");
            string id = context.TargetContext.GrainId.ToString();
            await document.Submit(submission with { Session = ghost, Lease = admission.Lease, Sequence = _sequences.AddOrUpdate(id, 1, (_, last) => last + 1) });
        }
    }

    private static ImmutableArray<Submission> Submitted(IIncomingGrainCallContext context) => context.MethodName switch
    {
        nameof(IDocumentGrain.Submit) => [(Submission)context.Request.GetArgument(0)!],
        nameof(IDocumentGrain.Offer) => ((SubmissionBatch)context.Request.GetArgument(0)!).Submissions,
        _ => [],
    };
}
