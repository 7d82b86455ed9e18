using Collab.Client;
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
