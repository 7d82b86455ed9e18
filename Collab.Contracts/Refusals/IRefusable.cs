namespace Collab.Contracts.Refusals;

/// <summary>An answer that may be a refusal, so that filters can tell without knowing each answer.</summary>
public interface IRefusable
{
    Refusal? Refusal { get; }
}
