namespace Collab.Tests.Web;

/// <summary>A connection on which nothing comes any more is given up, whether or not TCP says that it is gone.</summary>
public sealed class ClientTimeoutTests
{
    [Fact]
    public async Task A_client_that_does_not_ping_is_closed_after_the_timeout_and_its_session_waits_for_it()
    {
        var host = new WebHost(new Dictionary<string, string?> { ["Collab:Connections:ClientTimeout"] = "00:00:01", ["Collab:Connections:KeepAliveInterval"] = "00:00:01" });
        await host.StartAsync();
        string document = await host.CreateAsync();
        await using (var silent = await host.ConnectAsync())
        {
            await silent.StopPingingAsync();
            var joined = await silent.JoinAsync(document);
            await Eventually.IsTrue(() => silent.IsClosed, "the server has given up the connection that says nothing");
            var sessions = (await host.GetAsync($"/api/documents/{document}/sessions")).GetProperty("sessions").EnumerateArray().ToList();
            Assert.Equal(joined.GetProperty("session").GetString(), Assert.Single(sessions).GetProperty("session").GetString());
            await Eventually.IsTrue(async () => !(await host.GetAsync($"/api/documents/{document}/sessions")).GetProperty("sessions")[0].GetProperty("connected").GetBoolean());
        }

        await host.StopAsync();
        await host.DisposeAsync();
    }
}
