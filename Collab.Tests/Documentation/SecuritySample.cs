using System.Security.Claims;
using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Web;
using Collab.Web.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Collab.Tests.Documentation;

/// <summary>The host that <c>docs/security.md</c> shows. <see cref="SecuritySampleTests"/> runs it.</summary>
internal static class SecuritySample
{
    public static WebApplication Build(WebApplicationBuilder builder)
    {
        #region host
        builder.AddCollab();
        builder.Services.AddAuthentication("Intranet").AddCookie("Intranet", options => options.Cookie.SameSite = SameSiteMode.Strict);
        builder.Services.Configure<AccessOptions>(access => access.Schemes.Add("Intranet"));
        builder.Services.AddSingleton<IDocumentPermissions, TeamPermissions>();

        var app = builder.Build();
        app.MapPost("/sign-in", async (HttpContext context, string name, string team) =>
        {
            // Here the application would look at a password.
            var person = new ClaimsIdentity([new("sub", name), new("name", name), new("team", team)], "Intranet");
            await context.SignInAsync("Intranet", new ClaimsPrincipal(person));
        });
        app.MapCollab();
        #endregion
        return app;
    }
}

#region permissions
/// <summary>A document belongs to the team that its id begins with: team-7.minutes. Its people edit it, the others read it, strangers don't see it.</summary>
public sealed class TeamPermissions : IDocumentPermissions
{
    public ValueTask<Role> GetRoleAsync(ClaimsPrincipal user, DocumentId document, CancellationToken cancellation)
    {
        string? team = user.FindFirst("team")?.Value;
        var role = team is null ? Role.None
            : document.Value.StartsWith($"{team}.", StringComparison.Ordinal) ? Role.Owner
            : Role.Viewer;
        return ValueTask.FromResult(role);
    }
}
#endregion
