namespace Collab.Tests.Web;

/// <summary>A connection on which nothing comes any more is given up, whether or not TCP says that it is gone.</summary>
public sealed class ClientTimeoutTests
{
    [Fact]
    public async Task A_client_that_never_pinged_is_closed_after_the_timeout()
    {
        var host = new WebHost(new Dictionary<string, string?> { ["Collab:Connections:ClientTimeout"] = "00:00:05" });
        await host.StartAsync();
        await using (var silent = await host.ConnectAsync())
        {
            await silent.StopPingingAsync();
            await Eventually.IsTrue(() => silent.IsClosed, "the server has given up the connection that says nothing");
        }

        await host.StopAsync();
        await host.DisposeAsync();
    }
}
