namespace Collab.Contracts.Fanout;

/// <summary>A web host as a whole, as the silos that push to it know it: one for all its documents.</summary>
[Alias("collab.IListeningHost")]
public interface IListeningHost : IGrainObserver
{
    /// <summary>
    /// Is answered as long as the host lives. Each silo asks every second in which it pushed something; pushes are one-way, so nothing else would say that nobody hears them. A host that does not answer is pushed
    /// nothing until it does.
    /// </summary>
    /// <param name="hasMissed">Pushes were kept from the host because it had not answered: it renews all its subscriptions, which shows what it misses.</param>
    [Alias("Ping"), ResponseTimeout("00:00:03")]
    Task Ping(bool hasMissed);
}
