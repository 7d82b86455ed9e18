using Microsoft.AspNetCore.StaticFiles;

namespace Collab.Web;

/// <summary>The demo: the bundle in <c>wwwroot</c>, whose one page shows every address that is not a file's.</summary>
internal static class DemoPages
{
    private const string NotBuilt =
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Collab</title>
        <body style="font:16px/1.5 system-ui;max-width:36rem;margin:4rem auto;padding:0 1rem">
        <h1>Collab is running</h1>
        <p>The demo's pages are not built here. <code>./collab run</code> builds them and starts again.</p>
        <p>What works already: <a href="/openapi/v1.json">the API's description</a>, <a href="/api/documents">the documents</a>,
        <a href="/health/ready">health</a>, <a href="/metrics">metrics</a>, and clients at <code>/collab</code>.</p>
        """;

    public static WebApplication MapDemo(this WebApplication app)
    {
        // The operators' page has its own way, and perhaps its own port.
        app.UseWhen(context => !context.Request.Path.StartsWithSegments(OperatorsPage.Path), files =>
        {
            files.UseDefaultFiles();
            files.UseStaticFiles(new StaticFileOptions { OnPrepareResponse = SetCaching });
        });
        app.MapGet("/", SendPageAsync).ExcludeFromDescription();
        app.MapGet("/d/{id}", SendPageAsync).ExcludeFromDescription();
        return app;
    }

    // The bundler puts a hash of the content into the names below assets/: those never change.
    private static void SetCaching(StaticFileResponseContext context) => context.Context.Response.Headers.CacheControl =
        context.Context.Request.Path.StartsWithSegments("/assets") ? "public, max-age=31536000, immutable" : "no-cache";

    private static async Task SendPageAsync(HttpContext context, IWebHostEnvironment environment)
    {
        var page = environment.WebRootFileProvider.GetFileInfo("index.html");
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        if (page.Exists)
            await context.Response.SendFileAsync(page, context.RequestAborted);
        else
            await context.Response.WriteAsync(NotBuilt, context.RequestAborted);
    }
}
