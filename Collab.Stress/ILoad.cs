using Collab.Stress.Integrity;

namespace Collab.Stress;

/// <summary>What drives the target in one run; made by the scenario for a plan, and used once, in the order of the members.</summary>
internal interface ILoad : IAsyncDisposable
{
    /// <summary>Makes what is driven: documents, connections. Clients come spread over <see cref="StressPlan.Ramp"/>.</summary>
    Task OpenAsync(CancellationToken cancellation);

    /// <summary>Drives until <paramref name="over"/> is cancelled: the duration is up, or somebody pressed Ctrl-C. Ends when nothing new will be started; answers may still be on their way.</summary>
    Task DriveAsync(CancellationToken over);

    /// <summary>Waits for the last answers, up to <see cref="StressPlan.Timeout"/>, then compares.</summary>
    /// <returns>Null where there is nothing to compare.</returns>
    Task<IntegrityReport?> CheckAsync();
}
