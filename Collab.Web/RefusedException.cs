using Collab.Contracts.Refusals;

namespace Collab.Web;

/// <summary>A refusal on its way through code that has no other way to say it; <see cref="GrainFailures"/> makes of it what it was.</summary>
internal sealed class RefusedException(Refusal refusal) : Exception(refusal.Detail)
{
    public Refusal Refusal { get; } = refusal;
}
