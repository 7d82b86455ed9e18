using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Collab.Tests;

/// <summary>Everything that a host logs, as lines of text, exceptions included.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> All { get; } = new();

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        All.Enqueue($"scope {state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => All.Enqueue($"{logLevel} {formatter(state, exception)} {state} {exception}");

    public void Dispose()
    {
    }
}
