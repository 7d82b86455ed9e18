using System.Collections.Concurrent;
using System.Net.Http.Json;
using Collab.Tests.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Collab.Tests.Documentation;

/// <summary>The consumer that <c>docs/activity.md</c> shows does what it says.</summary>
public sealed class ActivitySampleTests
{
    [Fact]
    public async Task A_hosts_own_grain_hears_of_a_burst_by_the_stream()
    {
        var lines = new Lines();
        var host = new WebHost(
            new Dictionary<string, string?> { ["Collab:Activity:ConflictBurstCount"] = "2", ["Collab:Activity:ConflictBurstWindow"] = "00:00:00.2" },
            services => services.AddSingleton<ILoggerProvider>(lines));
        await host.StartAsync();
        try
        {
            string document = await host.CreateAsync();
            for (int i = 1; i <= 3; i++)
            {
                // All on the first revision: the third meets two.
                using var answer = await host.Http.PostAsJsonAsync($"/api/documents/{document}/operations", new { session = $"api-{i}", sequence = 1, @base = 0, delta = new[] { "x" } });
                answer.EnsureSuccessStatusCode();
            }

            await Eventually.IsTrue(() => lines.All.Contains($"People get in each other's way in {document}."), "the grain said so");
            Assert.Single(lines.All, line => line.Contains(document, StringComparison.Ordinal));
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => categoryName == typeof(BurstGrain).FullName ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
