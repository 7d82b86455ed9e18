using Collab.Client;
using Collab.Client.Documents;
using Collab.Operations.Deltas;
using Collab.Web;
using Microsoft.AspNetCore.Builder;

namespace Collab.Tests.Documentation;

/// <summary>What the README shows, compiled. <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeSamples
{
    public static async Task EditAsync()
    {
        #region edit
        await using var client = new CollabClient(new Uri("http://localhost:5080"), new CollabClientOptions { Name = "Ben" });
        await client.CreateAsync("minutes");
        var document = await client.OpenAsync("minutes");

        document.Happened += happening => Console.WriteLine(happening);
        await document.ReplaceAsync(position: 0, deleted: 0, inserted: "Hello, world.\n");
        // Done: it is on the server's disk.
        #endregion
    }

    public static async Task ClientAsync(HttpClient backEnd)
    {
        #region client
        await using var client = new CollabClient(new Uri("https://example.org"), new CollabClientOptions
        {
            // Who this is: asked before a connection is made, and ahead of each token's end.
            Token = async cancellation => await backEnd.GetStringAsync("/collab-token", cancellation),
        });
        client.NobodyKnown += signedOut => Console.WriteLine($"Sign in again; nothing is lost. {signedOut.Detail}");

        var document = await client.OpenAsync("minutes");
        document.Happened += happened =>
        {
            if (happened is DocumentEvent.RoleChanged && !document.CanEdit)
                Console.WriteLine($"Read only now; {document.Unsaved} edits are held.");
        };
        document.Edit(content => new DeltaBuilder(DeltaForm.Text).Retain(content.Length).Insert("Hello, world.\n").Build());
        await document.WhenSavedAsync(); // durable on the server
        #endregion
    }

    public static void Embed(string[] args)
    {
        #region embed
        var builder = WebApplication.CreateBuilder(args);
        builder.AddCollab();

        var app = builder.Build();
        app.MapCollab();
        app.Run();
        #endregion
    }
}
