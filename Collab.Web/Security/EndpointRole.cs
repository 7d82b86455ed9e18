using Collab.Contracts;
using Collab.Contracts.Access;
using Collab.Web.Api;
using Microsoft.AspNetCore.Http.Features;

namespace Collab.Web.Security;

/// <summary>What an endpoint of documents takes. Each has one: <see cref="EndpointAccess"/> lets nobody through to one that has none.</summary>
/// <param name="Role">In the document that the route names as <c>id</c>.</param>
/// <param name="IsAskedInside">The endpoint itself asks <see cref="DocumentAccess"/>, because its route names no document.</param>
internal sealed record EndpointRole(Role Role, bool IsAskedInside = false)
{
    /// <summary>The endpoint decides by itself, document by document.</summary>
    public static EndpointRole AskedInside(Role role) => new(role, IsAskedInside: true);
}

/// <summary>Stands before the endpoints of documents and asks what each takes, before it runs.</summary>
internal sealed class EndpointAccess(DocumentAccess access) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var takes = http.GetEndpoint()?.Metadata.GetMetadata<EndpointRole>()
            ?? throw new InvalidOperationException($"{http.GetEndpoint()?.DisplayName} does not say which role it takes ({nameof(EndpointRoles.Takes)}).");
        if (takes.IsAskedInside)
            return await next(context);
        string id = (string)http.Request.RouteValues["id"]!;
        if (DocumentsApi.Check(id) is { } malformed)
            return Problems.Of(malformed);
        var role = await access.GetRoleAsync(http.GetCaller(), new DocumentId(id));
        if (DocumentAccess.Judge(role, takes.Role, new DocumentId(id)) is { } refusal)
            return Problems.Of(refusal);
        http.Features.Set(new Granted(role));
        return await next(context);
    }
}

/// <summary>The role that a request was let through with.</summary>
internal sealed record Granted(Role Role);

/// <summary>Says what an endpoint takes: <c>documents.MapGet("{id}", …).Takes(Role.Viewer)</c>.</summary>
internal static class EndpointRoles
{
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, Role role) => endpoint.WithMetadata(new EndpointRole(role));

    /// <summary>The caller's role in the document of the route, which <see cref="EndpointAccess"/> asked for.</summary>
    public static Role GrantedRole(this HttpContext http) => http.Features.GetRequiredFeature<Granted>().Role;

    /// <inheritdoc cref="EndpointRole.AskedInside"/>
    public static RouteHandlerBuilder AsksFor(this RouteHandlerBuilder endpoint, Role role) => endpoint.WithMetadata(EndpointRole.AskedInside(role));
}
