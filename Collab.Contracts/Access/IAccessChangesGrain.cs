using System.Collections.Immutable;
using Collab.Contracts.Refusals;
using Orleans.Concurrency;

namespace Collab.Contracts.Access;

/// <summary>Tells the web hosts what has changed about who may do what; there is one of it in a cluster, with key <see cref="Key"/>.</summary>
/// <remarks>Each host has one call of <see cref="Next"/> waiting here, so that a change is everywhere as soon as its answer is. Calls interleave.</remarks>
[Alias("collab.IAccessChangesGrain")]
public interface IAccessChangesGrain : IGrainWithStringKey
{
    const string Key = "access-changes";

    /// <summary>What has changed since <paramref name="version"/>: at once if something has, else as soon as something does, and after 5 s that nothing did.</summary>
    /// <param name="epoch">As the answer before had it; 0 for somebody new, who is told everything.</param>
    /// <remarks>
    /// The response timeout is twice the time that an answer is held: a silo that died with it is noticed then, and on a busy machine timers are late by seconds. Held, the call keeps the activation from being collected,
    /// and, were it to end, from ending (Orleans waits for what runs): so a silo that stops answers it at once.
    /// </remarks>
    [Alias("Next"), AlwaysInterleave, ResponseTimeout("00:00:10")]
    Task<AccessChanges> Next(long epoch, long version);

    /// <summary>Something changed that hosts have to ask for again; they know when this completes, if they listen.</summary>
    [Alias("Publish"), AlwaysInterleave]
    Task Publish(AccessChange change);

    /// <summary>Makes credentials good no more: durable, and told to every web host that listens, when this completes. Null, or why not. Repeating it is harmless.</summary>
    [Alias("Revoke"), AlwaysInterleave]
    Task<Refusal?> Revoke(Revocation revocation);
}

/// <summary>What a web host has to ask for again.</summary>
/// <param name="Document">Null: all documents.</param>
/// <param name="Subject">Null: everybody.</param>
[GenerateSerializer, Immutable, Alias("collab.AccessChange")]
public sealed record AccessChange(
    [property: Id(0)] DocumentId? Document,
    [property: Id(1)] string? Subject);

/// <summary>What changed.</summary>
/// <param name="Epoch">Which life of the grain says so; what an earlier one said is void.</param>
/// <param name="Version">For the next call.</param>
/// <param name="IsEverything">The asker has missed too much to be told what: all is to be asked for again, and <paramref name="Revocations"/> are all there are.</param>
/// <param name="Revocations">New ones.</param>
[GenerateSerializer, Immutable, Alias("collab.AccessChanges")]
public sealed record AccessChanges(
    [property: Id(0)] long Epoch,
    [property: Id(1)] long Version,
    [property: Id(2)] bool IsEverything,
    [property: Id(3)] ImmutableArray<AccessChange> Changes,
    [property: Id(4)] ImmutableArray<Revocation> Revocations);
