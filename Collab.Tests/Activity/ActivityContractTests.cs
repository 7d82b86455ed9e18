using System.Text;
using System.Text.Json;
using Collab.Contracts;
using Collab.Contracts.Activity;
using Collab.Contracts.Sessions;

namespace Collab.Tests.Activity;

/// <summary>What versions of Collab in one cluster, stores and receivers of webhooks have to agree on.</summary>
public sealed class ActivityContractTests
{
    [Theory]
    [InlineData("a", "12")]
    [InlineData("minutes-2026", "15")]
    [InlineData("The.Quick_Brown~Fox", "13")]
    public void A_document_is_on_the_same_shard_for_ever(string document, string shard) =>
        Assert.Equal(shard, ActivityStream.ShardOf(new DocumentId(document)));

    [Fact]
    public void Documents_spread_over_all_shards()
    {
        var sizes = Enumerable.Range(0, 16_000).CountBy(i => ActivityStream.ShardOf(new DocumentId($"document-{i}"))).ToDictionary();
        Assert.Equal(ActivityStream.Shards, sizes.Count);
        Assert.All(sizes.Values, size => Assert.InRange(size, 700, 1_300));
    }

    [Fact]
    public void A_detail_is_read_as_it_was_written()
    {
        var detail = new ActivityDetail("text", SessionCloseReason.PermissionRevoked, 812, [new("insert_insert", 20), new("delete_delete", 3)]);
        var read = ActivityJson.DecodeDetail(ActivityJson.Encode(detail));
        Assert.Equal(detail with { Conflicts = null }, read with { Conflicts = null });
        Assert.Equal(detail.Conflicts!.Value.AsEnumerable(), read.Conflicts!.Value);
        Assert.Equal(new ActivityDetail(), ActivityJson.DecodeDetail(ActivityJson.Encode(new ActivityDetail())));
    }

    [Fact]
    public void A_detail_of_a_newer_version_is_read_as_far_as_it_is_known() =>
        Assert.Equal(new ActivityDetail(Bytes: 7), ActivityJson.DecodeDetail("""{"reason":"sunspots","bytes":7,"mood":[1]}"""u8.ToArray()));

    [Fact]
    public void An_event_is_written_without_the_members_that_it_does_not_have()
    {
        var happened = new ActivityEvent(
            7, Guid.Parse("01890000-0000-7000-8000-000000000001"), new DocumentId("minutes"), ActivityKind.SessionClosed,
            new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero), new Revision(812), Detail: new ActivityDetail(Reason: SessionCloseReason.Kicked));
        Assert.Equal(
            """{"position":7,"id":"01890000-0000-7000-8000-000000000001","document":"minutes","kind":"session_closed","at":"2026-05-04T12:00:00+00:00","revision":812,"detail":{"reason":"kicked"}}""",
            Written(happened));
    }

    private static string Written(ActivityEvent happened)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            ActivityJson.Write(writer, happened);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
