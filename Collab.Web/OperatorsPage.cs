using Collab.Silo.Operators;
using Collab.Web.Security;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace Collab.Web;

/// <summary>
/// <c>/ops</c>: the live page of those who run the system. It has no data in it, that comes from <c>/operations/live</c>; so whoever is no operator gets the same page, which asks for a key, with the status that says so.
/// </summary>
internal static class OperatorsPage
{
    public const string Path = "/ops";

    private const string Page = "ops.html";

    private const string NotBuilt = "The operators' page was not built into this host: ./collab build does it. The same numbers: /operations/live, /metrics.";

    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, SendPageAsync).ExcludeFromDescription();
        endpoints.MapGet($"{Path}/{{**file}}", SendFileAsync).ExcludeFromDescription();
    }

    private static async Task SendPageAsync(HttpContext context, OperationsListener listener, IOperators operators)
    {
        if (listener.IsOwn && !listener.Has(context))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (await operators.RefuseAsync(context) is { } status)
            context.Response.StatusCode = status;
        SecurityHeaders.SetForOperatorsPage(context.Response);
        await using var page = Open(context, Page);
        context.Response.ContentType = page is null ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
        if (page is null)
            await context.Response.WriteAsync(NotBuilt, context.RequestAborted);
        else
            await page.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Scripts, styles, fonts: nobody's secret, but where the operators have a port of their own, there alone.</summary>
    private static async Task SendFileAsync(string? file, HttpContext context, OperationsListener listener)
    {
        await using var content = file is null or Page || (listener.IsOwn && !listener.Has(context)) || !Types.TryGetContentType(file, out _) ? null : Open(context, file);
        if (content is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        SecurityHeaders.SetForOperatorsPage(context.Response);
        Types.TryGetContentType(file!, out string? type);
        context.Response.ContentType = type;
        // The bundler puts a hash of the content into the names below assets/.
        context.Response.Headers[HeaderNames.CacheControl] = file!.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    // A bundle in wwwroot is the newer one where there is one: a developer's, who has not built the assembly again. An application's own wwwroot has none.
    private static Stream? Open(HttpContext context, string file)
    {
        var root = context.RequestServices.GetRequiredService<IWebHostEnvironment>().WebRootFileProvider;
        string path = $"{Path}/{file}";
        if (root.GetFileInfo($"{Path}/{Page}").Exists)
            return root.GetFileInfo(path) is { Exists: true, IsDirectory: false } found ? found.CreateReadStream() : null;
        return typeof(OperatorsPage).Assembly.GetManifestResourceStream(path[1..]);
    }
}
