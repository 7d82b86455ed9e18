using Collab.Contracts.Activity;
using Orleans.Streams;
using Stopwatch = System.Diagnostics.Stopwatch;

namespace Collab.Grains.Activity;

/// <summary>Counts and times what a consumer takes from the streams: <c>handle.ResumeAsync(new MeasuredActivityObserver(this))</c>.</summary>
public sealed class MeasuredActivityObserver(IAsyncObserver<ActivityEvent> observer) : IAsyncObserver<ActivityEvent>
{
    public async Task OnNextAsync(ActivityEvent item, StreamSequenceToken? token = null)
    {
        long started = Stopwatch.GetTimestamp();
        await observer.OnNextAsync(item, token);
        ActivityMetrics.MessagesIn.Inc();
        ActivityMetrics.ConsumeSeconds.Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    public Task OnErrorAsync(Exception ex) => observer.OnErrorAsync(ex);
}
