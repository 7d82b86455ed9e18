namespace Collab.Tests.Web;

/// <summary>What a host shows of itself, and how it ends.</summary>
public sealed class HostTests
{
    [Fact]
    public async Task Traffic_moves_the_metrics_of_connections_and_delivery()
    {
        var host = new WebHost();
        await host.StartAsync();
        try
        {
            string[] series =
            [
                """collab_websocket_connections_total{result="accepted"}""",
                """collab_websocket_messages_total{type="submit",direction="in"}""",
                """collab_websocket_messages_total{type="operations",direction="out"}""",
                """collab_websocket_message_size_bytes_count{type="submit",direction="in"}""",
                """collab_messages_sent_total{type="operations"}""",
                """collab_messages_sent_total{type="joined"}""",
                "collab_push_batch_size_count",
                "collab_push_duration_seconds_count",
                "collab_connection_establish_seconds_count",
                """collab_cache_misses_total{cache="host_snapshot"}""",
                """collab_cache_hits_total{cache="host_snapshot"}""",
                """collab_cache_hits_total{cache="host_operations"}""",
                """collab_connection_closed_total{reason="transport_failed"}""",
            ];
            double[] before = await ReadAsync(host, series);
            string document = await host.CreateAsync();
            await using (var ann = await host.ConnectAsync())
            await using (var bob = await host.ConnectAsync())
            {
                await ann.JoinAsync(document);
                await bob.JoinAsync(document, "Bob");
                await ann.SubmitAsync(document, 1, 0, "a");
                await Task.WhenAll(ann.OperationsAsync(0, 1), bob.OperationsAsync(0, 1));
                Assert.True(await host.MetricAsync("""collab_connection_state{state="live"}""") >= 2);
                Assert.True(await host.MetricAsync("collab_websocket_active_connections") >= 2);
            }

            await Eventually.IsTrue(async () => (await ReadAsync(host, series)).Zip(before).All(pair => pair.First > pair.Second), "every series has moved");
        }
        finally
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_stopping_host_tells_its_clients_to_go_on_elsewhere()
    {
        var host = new WebHost();
        await host.StartAsync();
        string document = await host.CreateAsync();
        await using var client = await host.ConnectAsync();
        await client.JoinAsync(document);
        var stopping = host.StopAsync();
        var closed = await client.NextAsync("closed");
        Assert.Equal("server_shutdown", closed.GetProperty("reason").GetString());
        Assert.Equal("resync", closed.GetProperty("action").GetString());
        await stopping;
        await Eventually.IsTrue(() => client.IsClosed);
        await host.DisposeAsync();
    }

    private static async Task<double[]> ReadAsync(WebHost host, string[] series)
    {
        var values = new List<double>();
        foreach (string name in series)
            values.Add(await host.MetricAsync(name));
        return [.. values];
    }
}
