using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Collab.Silo.Operators;

/// <summary>What every line that a host logs carries besides its message.</summary>
internal static class LogOutput
{
    /// <summary>
    /// Lines know the trace and span that they belong to; and as JSON (<c>Logging:Console:FormatterName=json</c>) they have them, the time in UTC and all scopes, unless <c>Logging:Console:FormatterOptions</c> says otherwise.
    /// </summary>
    public static void AddLogOutput(this IHostApplicationBuilder builder)
    {
        // A span's tags are the scopes: document and session of whatever is traced, at no cost to what is not.
        builder.Logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId | ActivityTrackingOptions.ParentId | ActivityTrackingOptions.Tags);
        // The slim builder names a formatter of its own, whatever is configured.
        if (builder.Configuration["Logging:Console:FormatterName"] is { } formatter)
            builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName = formatter);
        // First, so that the configuration, which the console itself reads, has the last word.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<JsonConsoleFormatterOptions>>(new ConfigureOptions<JsonConsoleFormatterOptions>(json =>
            (json.IncludeScopes, json.UseUtcTimestamp, json.TimestampFormat) = (true, true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))));
    }
}
