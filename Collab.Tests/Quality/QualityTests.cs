using System.Text.Json;
using Collab.Contracts.Sessions;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Quality;

/// <summary>Clients say how well they are served: the server answers with its clock, counts, and remembers the last of each session.</summary>
public sealed class QualityTests(WebHost host) : IClassFixture<WebHost>
{
    [Fact]
    public async Task A_report_is_answered_with_the_servers_clock()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await client.SendAsync("quality", new { document, sent = 12.345 });
        var measured = await client.NextAsync("measured");
        Assert.Equal(document, measured.GetProperty("document").GetString());
        Assert.Equal(12.345, measured.GetProperty("sent").GetDouble());
        Assert.InRange(measured.GetProperty("at").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_report_is_counted_and_the_last_of_a_session_is_remembered()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        var joined = await client.JoinAsync(document);
        var session = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISessionGrain>(joined.GetProperty("session").GetString()!);
        Assert.Null(await session.Sample());

        // Values that no client of another test has: what they count is this test's.
        string[] series = [
            "collab_client_rtt_seconds_bucket{le=\"32.768\"}", "collab_client_jitter_seconds_bucket{le=\"32.768\"}", "collab_client_propagation_seconds_bucket{le=\"32.768\"}",
            "collab_client_resent_ratio_bucket{le=\"0.5\"}", "collab_client_update_rate_bucket{le=\"2048\"}", "collab_client_receive_bytes_per_second_bucket{le=\"67108864\"}",
        ];
        double[] before = await AboveAsync(series);
        await client.SendAsync("quality", new { document, sent = 1, rtt = 300_000, jitter = 400_000.5, propagation = 600_000, resent = 0.75, updateRate = 1_000_000, bytesRate = 1_000_000_000 });
        await client.NextAsync("measured");
        await client.SendAsync("quality", new { document, sent = 2, rtt = 50 });
        await client.NextAsync("measured");
        double[] after = await AboveAsync(series);
        Assert.All(before.Zip(after), counts => Assert.True(counts.Second >= counts.First + 1));

        var sample = await session.Sample();
        Assert.Equal(TimeSpan.FromMilliseconds(50), sample!.RoundTrip);
        Assert.Null(sample.Jitter);
        var listed = (await host.GetAsync($"/api/documents/{document}/sessions")).GetProperty("sessions")[0].GetProperty("quality");
        Assert.Equal(50, listed.GetProperty("rtt").GetDouble());
        Assert.False(listed.TryGetProperty("jitter", out _));
    }

    [Fact]
    public async Task An_owner_sees_the_last_report_of_each_session()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        Assert.False((await SessionAsync(document)).TryGetProperty("quality", out _));
        await client.SendAsync("quality", new { document, sent = 1, rtt = 40.5, resent = 0 });
        await client.NextAsync("measured");
        var quality = (await SessionAsync(document)).GetProperty("quality");
        Assert.Equal((40.5, 0), (quality.GetProperty("rtt").GetDouble(), quality.GetProperty("resent").GetDouble()));
        Assert.False(quality.TryGetProperty("propagation", out _));
        Assert.True(quality.GetProperty("at").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
    }

    [Fact]
    public async Task Who_has_not_joined_reports_nothing()
    {
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.SendAsync("quality", new { document, sent = 1 });
        Assert.Equal("not_joined", (await client.NextAsync("refused")).GetProperty("reason").GetString());
    }

    private async Task<JsonElement> SessionAsync(string document) => (await host.GetAsync($"/api/documents/{document}/sessions")).GetProperty("sessions").EnumerateArray().Single();

    /// <summary>How many observations are above each bucket.</summary>
    private async Task<double[]> AboveAsync(string[] buckets)
    {
        var counts = new List<double>();
        foreach (string bucket in buckets)
            counts.Add(await host.MetricAsync(bucket[..bucket.IndexOf('{')].Replace("_bucket", "_count", StringComparison.Ordinal)) - await host.MetricAsync(bucket));
        return [.. counts];
    }
}
