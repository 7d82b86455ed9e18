using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Benchmarks.BareHub;

/// <summary><c>barehub PORT</c>: serves <see cref="BareHub"/> until it is killed, for <c>./collab bench peers</c>.</summary>
internal static class BareHubCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not [var text] || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port))
        {
            Console.Error.WriteLine("usage: barehub PORT");
            return 2;
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSignalR();
        builder.Services.AddSingleton<BareDocuments>();
        await using var app = builder.Build();
        app.Urls.Add($"http://127.0.0.1:{port}");
        app.MapPost("/api/documents", () => Results.Ok());
        app.MapHub<BareHub>("/collab");
        await app.RunAsync();
        return 0;
    }
}
