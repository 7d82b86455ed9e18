using System.Text.Json;
using Collab.Contracts;
using Collab.Grains.Sessions;
using Collab.Tests.Web;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Collab.Tests.Monitoring.Catalogue.Scenarios;

/// <summary>Clients come back to their session with its token, with one that is used up, and with one whose time is over.</summary>
/// <param name="keys">The folder with the server's keys: with them the test seals what the server would have sealed long ago.</param>
internal sealed class SomebodyComesBack(string keys) : Scenario
{
    public override IEnumerable<Move> Moves =>
    [
        Move.By("collab_session_resumes_total{result=\"resumed\"}", 2),
        Move.By("collab_session_resumes_total{result=\"refused\"}", 1),
        Move.By("collab_session_resumes_total{result=\"expired\"}", 1),
        Move.By("collab_sessions_total", 1),
    ];

    public override async Task HappenAsync(Stage stage)
    {
        string document = await stage.CreateAsync();
        var client = await stage.ConnectAsync();
        var first = await stage.JoinAsync(client, document);
        var second = await stage.JoinAsync(client, document, Resume(first));
        await stage.JoinAsync(client, document, Resume(second));
        await RefusedAsync(client, document, Resume(first));
        await RefusedAsync(client, document, new { session = Session(first), token = Expired(Session(first), document) });
    }

    private static object Resume(JsonElement joined) => new { session = Session(joined), token = joined.GetProperty("token").GetString() };

    private static string Session(JsonElement joined) => joined.GetProperty("session").GetString()!;

    private static async Task RefusedAsync(HubClient client, string document, object resume)
    {
        await client.SendAsync("join", new { document, version = 1, resume });
        JsonElement answer;
        do
        {
            answer = await client.NextAsync("refused", "closed");
        }
        while (answer.GetProperty("target").GetString() == "closed");
        Assert.Equal("token_invalid", answer.GetProperty("reason").GetString());
    }

    private string Expired(string session, string document)
    {
        var protection = DataProtectionProvider.Create(new DirectoryInfo(keys), builder => builder.SetApplicationName("Collab").DisableAutomaticKeyGeneration());
        return new ResumeTokens(protection, Options.Create(new SessionOptions { ResumeTokenLifetime = TimeSpan.FromHours(-1) }), TimeProvider.System).Issue(
            new SessionId(session), new DocumentId(document), null, DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds());
    }
}
