using System.Diagnostics;

namespace Prometheus;

/// <summary>Measures from its creation to its disposal, in seconds.</summary>
public interface ITimer : IDisposable
{
    /// <summary>Observes the time so far.</summary>
    TimeSpan ObserveDuration();
}

/// <summary>Times a using block.</summary>
public static class TimerExtensions
{
    public static ITimer NewTimer(this IObserver observer) => new Timer(observer);

    private sealed class Timer(IObserver observer) : ITimer
    {
        private readonly long _started = Stopwatch.GetTimestamp();

        public TimeSpan ObserveDuration()
        {
            var elapsed = Stopwatch.GetElapsedTime(_started);
            observer.Observe(elapsed.TotalSeconds);
            return elapsed;
        }

        public void Dispose() => ObserveDuration();
    }
}
