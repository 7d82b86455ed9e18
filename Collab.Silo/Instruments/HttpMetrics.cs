using System.Collections.Concurrent;
using Prometheus;

namespace Collab.Silo.Instruments;

/// <summary>HTTP requests, see the catalogue of metrics in <c>docs/</c>. Label <c>route</c>: an endpoint's template, never a path.</summary>
internal static class HttpMetrics
{
    /// <summary>The label of what is no endpoint's: files, and paths that do not exist.</summary>
    public const string Unmatched = "unmatched";

    private const string Other = "other";

    public static readonly Gauge Active = Metrics.CreateGauge("collab_http_active_requests", "HTTP requests under way; a WebSocket's until its handshake is answered.");

    private static readonly Counter Requests = Metrics.CreateCounter("collab_http_requests_total", "HTTP requests answered.", "method", "route", "status_code");

    private static readonly Histogram Seconds = Metrics.CreateHistogram(
        "collab_http_request_duration_seconds", "HTTP request read until its answer was written; a WebSocket's until its handshake is answered.",
        new HistogramConfiguration { LabelNames = ["method", "route"], Buckets = Histogram.ExponentialBuckets(0.001, 2, 15) });

    private static readonly Histogram RequestBytes = Metrics.CreateHistogram(
        "collab_http_request_size_bytes", "Bytes of a request's body that were read.",
        new HistogramConfiguration { LabelNames = ["method", "route"], Buckets = [0, .. Histogram.ExponentialBuckets(64, 4, 11)] });

    private static readonly Histogram ResponseBytes = Metrics.CreateHistogram(
        "collab_http_response_size_bytes", "Bytes of an answer's body that were written.",
        new HistogramConfiguration { LabelNames = ["method", "route"], Buckets = [0, .. Histogram.ExponentialBuckets(64, 4, 11)] });

    private static readonly ConcurrentDictionary<(string Method, string Template), Route> Routes = new();

    /// <summary>Counts a request that was answered.</summary>
    /// <param name="template">As the endpoint has it; null: there was none.</param>
    public static void Count(string method, string? template, int status, TimeSpan duration, long read, long written) =>
        Routes.GetOrAdd((Word(method), template ?? Unmatched), static key => new Route(key.Method, key.Template)).Count(status, duration, read, written);

    // Anybody may send any method.
    private static string Word(string method) =>
        HttpMethods.GetCanonicalizedValue(method) is var known and ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "CONNECT") ? known : Other;

    // The label children of one method of one route, looked up once.
    private sealed class Route
    {
        private readonly ConcurrentDictionary<int, Counter.Child> _byStatus = new();
        private readonly Func<int, Counter.Child> _requests;
        private readonly Histogram.Child _seconds;
        private readonly Histogram.Child _read;
        private readonly Histogram.Child _written;

        public Route(string method, string template)
        {
            // Templates are written with and without the slashes at their ends.
            string route = template == Unmatched ? template : $"/{template.Trim('/')}";
            _requests = status => Requests.WithLabels(method, route, status is >= 100 and < 600 ? $"{status}" : Other);
            (_seconds, _read, _written) = (Seconds.WithLabels(method, route), RequestBytes.WithLabels(method, route), ResponseBytes.WithLabels(method, route));
        }

        public void Count(int status, TimeSpan duration, long read, long written)
        {
            _byStatus.GetOrAdd(status, _requests).Inc();
            _seconds.Observe(duration.TotalSeconds);
            _read.Observe(read);
            _written.Observe(written);
        }
    }
}
