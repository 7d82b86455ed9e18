using Collab.Web;
using Microsoft.AspNetCore.Builder;

namespace Collab.Tests.Documentation;

/// <summary>What the README shows, compiled. <see cref="ReadmeTests"/> compares the two.</summary>
internal static class ReadmeSamples
{
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
