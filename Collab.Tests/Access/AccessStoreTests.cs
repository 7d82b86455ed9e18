using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Grains.Access;

namespace Collab.Tests.Access;

/// <summary>What every store of access keeps; each implementation runs all of it.</summary>
public abstract class AccessStoreTests
{
    private const int Limit = 1_000;

    private static readonly DocumentId A = new("a");
    private static readonly DocumentId B = new("b");

    protected static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeMilliseconds(1_763_690_000_123);

    protected abstract IAccessStore Access { get; }

    [Fact]
    public async Task Grants_are_listed_by_subject_and_each_documents_are_its_own()
    {
        Assert.Empty(await Access.ListGrantsAsync(A, default));
        Assert.True(await SetAsync(A, "zoe", Role.Owner));
        Assert.True(await SetAsync(A, "ann", Role.None));
        Assert.True(await SetAsync(B, "ann", Role.Viewer));
        Same([new Grant("ann", Role.None), new Grant("zoe", Role.Owner)], await Access.ListGrantsAsync(A, default));
        Same([new Grant("ann", Role.Viewer)], await Access.ListGrantsAsync(B, default));
        Assert.Empty(await Access.ListGrantsAsync(new DocumentId("A"), default));
    }

    [Fact]
    public async Task A_grant_is_replaced_and_taken_back()
    {
        await SetAsync(A, "ann", Role.Owner);
        Assert.True(await SetAsync(A, "ann", Role.Commenter));
        Same([new Grant("ann", Role.Commenter)], await Access.ListGrantsAsync(A, default));
        Assert.True(await Access.RemoveGrantAsync(A, "ann", default));
        Assert.False(await Access.RemoveGrantAsync(A, "ann", default));
        Assert.False(await Access.RemoveGrantAsync(B, "ann", default));
        Assert.Empty(await Access.ListGrantsAsync(A, default));
    }

    [Fact]
    public async Task What_many_documents_say_of_one_subject_comes_in_their_order()
    {
        await SetAsync(A, "ann", Role.None);
        await SetAsync(B, "ann", Role.Editor);
        await SetAsync(B, "bob", Role.Owner);
        Same([Role.Editor, null, Role.None, Role.Editor], await Access.FindGrantsAsync("ann", [B, new DocumentId("c"), A, B], default));
        Same([(Role?)null], await Access.FindGrantsAsync("Ann", [A], default));
        Assert.Empty(await Access.FindGrantsAsync("ann", [], default));
    }

    [Fact]
    public async Task Subjects_are_compared_as_they_are()
    {
        string[] subjects = ["ann", "Ann", "ann ", "änn", "a\u0308nn", "'; DROP TABLE access_grants; --", "🦀", string.Concat(Enumerable.Repeat("🦀", Grant.SubjectLimit / 2))];
        foreach (var (subject, i) in subjects.Select((subject, i) => (subject, i)))
            await SetAsync(A, subject, (Role)(i % 5));
        foreach (var (subject, i) in subjects.Select((subject, i) => (subject, i)))
            Same([(Role)(i % 5)], await Access.FindGrantsAsync(subject, [A], default));
        Assert.Equal(subjects.Length, (await Access.ListGrantsAsync(A, default)).Length);
    }

    [Fact]
    public async Task At_the_limit_no_grant_is_added_and_each_can_be_changed()
    {
        for (int i = 0; i < 3; i++)
            Assert.True(await Access.SetGrantAsync(A, new Grant($"s{i}", Role.Viewer), 3, default));
        Assert.False(await Access.SetGrantAsync(A, new Grant("one more", Role.Viewer), 3, default));
        Assert.True(await Access.SetGrantAsync(A, new Grant("s1", Role.Owner), 3, default));
        Assert.True(await Access.SetGrantAsync(B, new Grant("one more", Role.Viewer), 3, default));
        await Access.RemoveGrantAsync(A, "s0", default);
        Assert.True(await Access.SetGrantAsync(A, new Grant("one more", Role.Viewer), 3, default));
        Assert.Equal(3, (await Access.ListGrantsAsync(A, default)).Length);
    }

    [Fact]
    public async Task Many_who_add_at_once_do_not_get_past_the_limit()
    {
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => Access.SetGrantAsync(A, new Grant($"s{i}", Role.Viewer), 10, default).AsTask())));
        Assert.Equal(10, added.Count(isAdded => isAdded));
        Assert.Equal(10, (await Access.ListGrantsAsync(A, default)).Length);
    }

    [Fact]
    public async Task Revocations_are_there_until_they_are_over()
    {
        var token = new Revocation("t1", null, Now, Now.AddMinutes(15));
        var subject = new Revocation(null, "t1", Now, Now.AddMinutes(30));
        Assert.True(await Access.AddRevocationAsync(token, Limit, default));
        Assert.True(await Access.AddRevocationAsync(subject, Limit, default));
        Same([token, subject], (await Access.ListRevocationsAsync(Now, default)).OrderBy(revocation => revocation.Until));
        Same([subject], await Access.ListRevocationsAsync(Now.AddMinutes(15), default));
        Assert.Empty(await Access.ListRevocationsAsync(Now.AddMinutes(30), default));
    }

    [Fact]
    public async Task Of_two_of_one_subject_both_hold()
    {
        await Access.AddRevocationAsync(new Revocation(null, "ann", Now.AddMinutes(5), Now.AddMinutes(15)), Limit, default);
        await Access.AddRevocationAsync(new Revocation(null, "ann", Now, Now.AddMinutes(30)), Limit, default);
        Same([new Revocation(null, "ann", Now.AddMinutes(5), Now.AddMinutes(30))], await Access.ListRevocationsAsync(Now, default));
    }

    [Fact]
    public async Task Trimming_takes_those_that_are_over_piece_by_piece_and_makes_room()
    {
        for (int i = 0; i < 6; i++)
            Assert.True(await Access.AddRevocationAsync(new Revocation($"t{i}", null, Now, Now.AddMinutes(i < 5 ? 1 : 9)), 6, default));
        Assert.False(await Access.AddRevocationAsync(new Revocation("t6", null, Now, Now.AddMinutes(9)), 6, default));
        Assert.True(await Access.AddRevocationAsync(new Revocation("t5", null, Now, Now.AddMinutes(9)), 6, default));
        Assert.Equal(3, await Access.TrimRevocationsAsync(Now.AddMinutes(1), 3, default));
        Assert.Equal(2, await Access.TrimRevocationsAsync(Now.AddMinutes(1), 3, default));
        Assert.Equal(0, await Access.TrimRevocationsAsync(Now.AddMinutes(1), 3, default));
        Assert.True(await Access.AddRevocationAsync(new Revocation("t6", null, Now, Now.AddMinutes(9)), 6, default));
        Same(["t5", "t6"], (await Access.ListRevocationsAsync(Now, default)).Select(revocation => revocation.TokenId).Order());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Access.TrimRevocationsAsync(Now, 0, default));
    }

    // An immutable array is equal to itself alone.
    protected static void Same<T>(IEnumerable<T> expected, IEnumerable<T> actual) => Assert.Equal(expected, actual);

    private ValueTask<bool> SetAsync(DocumentId document, string subject, Role role) => Access.SetGrantAsync(document, new Grant(subject, role), Limit, default);
}
