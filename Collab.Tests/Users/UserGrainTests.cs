using Collab.Contracts;
using Collab.Contracts.Refusals;
using Collab.Contracts.Users;
using Collab.Grains.Users;
using Collab.Tests.Documents;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Users;

/// <summary>One subject is in so many documents and no more, whatever the number of its sessions in each.</summary>
public sealed class UserGrainTests(GrainHost host) : IClassFixture<GrainHost>
{
    private readonly int _limit = host.Services.GetRequiredService<IOptions<UserOptions>>().Value.DocumentsPerUser;
    private readonly IUserGrain _user = host.Grains.GetGrain<IUserGrain>($"user-{Guid.NewGuid():N}");

    [Fact]
    public async Task One_document_more_than_the_limit_is_refused_with_value_and_limit()
    {
        await FillAsync();
        var refusal = await _user.Enter(new SessionId("late"), new DocumentId("another"));
        Assert.Equal(RefusalReason.TooManyDocuments, refusal!.Reason);
        Assert.Contains($"in {_limit} documents, the limit is {_limit} (Collab:Limits:DocumentsPerUser)", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_window_of_the_same_document_and_coming_back_are_no_other_document()
    {
        await FillAsync();
        Assert.Null(await _user.Enter(new SessionId("window"), new DocumentId("d0")));
        Assert.Null(await _user.Enter(new SessionId("s0"), new DocumentId("d0")));
    }

    [Fact]
    public async Task A_document_that_was_left_makes_room()
    {
        await FillAsync();
        await _user.Leave(new SessionId("s0"));
        Assert.Null(await _user.Enter(new SessionId("late"), new DocumentId("another")));
    }

    [Fact]
    public async Task One_that_was_lost_hears_of_sessions_as_they_renew_and_refuses_none_of_them()
    {
        for (int i = 0; i <= _limit; i++)
            await _user.Renew(new SessionId($"s{i}"), new DocumentId($"d{i}"));
        Assert.Null(await _user.Enter(new SessionId("s0"), new DocumentId("d0")));
        Assert.NotNull(await _user.Enter(new SessionId("late"), new DocumentId("another")));
    }

    private async Task FillAsync()
    {
        for (int i = 0; i < _limit; i++)
            Assert.Null(await _user.Enter(new SessionId($"s{i}"), new DocumentId($"d{i}")));
    }
}
