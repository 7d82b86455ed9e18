using System.Collections.Immutable;
using Collab.Contracts.Access;
using Collab.Grains.Log;

namespace Collab.Grains.Access;

/// <summary>Who may do what, durable, beside the operation log and in the same store. One suite of tests runs against every implementation.</summary>
/// <remarks>
/// All members may be called from any thread and, on a store that several silos share, from several processes. A store that can't be reached throws
/// <see cref="LogUnavailableException"/>; whether what was asked for happened may then be unknown, and repeating it is harmless for each member.
/// Documents need not exist in the operation log. Names (subjects, ids of tokens) are text of 1 to <see cref="Grant.SubjectLimit"/> characters, compared as they are.
/// </remarks>
public interface IAccessStore
{
    /// <summary>The store's name as a metric label: <c>memory</c>, <c>sqlite</c>, <c>postgresql</c>.</summary>
    string Store { get; }

    /// <summary>A document's grants, by subject.</summary>
    ValueTask<ImmutableArray<Grant>> ListGrantsAsync(DocumentId document, CancellationToken cancellation);

    /// <summary>What each of <paramref name="documents"/> says of the subject, in their order; null where it says nothing.</summary>
    ValueTask<ImmutableArray<Role?>> FindGrantsAsync(string subject, IReadOnlyList<DocumentId> documents, CancellationToken cancellation);

    /// <summary>Sets what the document says of the subject.</summary>
    /// <param name="limit">How many grants a document may have. One that is there already can always be changed.</param>
    /// <returns>False if it has so many, and none of this subject: nothing is changed.</returns>
    ValueTask<bool> SetGrantAsync(DocumentId document, Grant grant, int limit, CancellationToken cancellation);

    /// <summary>Takes back what the document says of the subject, if it says anything.</summary>
    ValueTask<bool> RemoveGrantAsync(DocumentId document, string subject, CancellationToken cancellation);

    /// <summary>The revocations that are not over at <paramref name="now"/>, in no order.</summary>
    ValueTask<ImmutableArray<Revocation>> ListRevocationsAsync(DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Adds a revocation. Where there is one of the same token or subject, both hold: it reaches as far as either.</summary>
    /// <param name="limit">How many there may be, those that are over but still there included.</param>
    /// <returns>False if there are so many, and none of this token or subject: nothing is changed.</returns>
    ValueTask<bool> AddRevocationAsync(Revocation revocation, int limit, CancellationToken cancellation);

    /// <summary>Deletes revocations that were over at <paramref name="now"/>, at most <paramref name="limit"/>.</summary>
    /// <returns>How many were deleted; fewer than <paramref name="limit"/> when it is done.</returns>
    ValueTask<int> TrimRevocationsAsync(DateTimeOffset now, int limit, CancellationToken cancellation);
}
