using System.Diagnostics;
using Collab.Stress.Editing.Measures;
using Collab.Stress.Reporting;

namespace Collab.Tests.Stress;

/// <summary>How the load tool follows an operation from its author to everybody else, in memory that does not grow with time.</summary>
public sealed class MeasureTests
{
    [Fact]
    public void Each_client_that_applies_an_operation_counts_from_when_it_was_due()
    {
        var recorder = new Recorder("typing");
        var propagation = new Propagation(recorder);
        long due = Stopwatch.GetTimestamp() - (10 * Stopwatch.Frequency);
        propagation.Sent("a", 1, due);
        propagation.Applied("a", 1, since: 0);
        propagation.Applied("a", 1, since: 0);
        Assert.Equal(2, recorder.Propagation.Count);
        Assert.InRange(LatencyReport.Of(recorder.Propagation).Min, 9_900, 600_000);
    }

    [Fact]
    public void One_that_is_quicker_than_the_author_s_own_thread_counts_too()
    {
        var recorder = new Recorder("typing");
        var propagation = new Propagation(recorder);
        propagation.Applied("a", 2, since: 0);
        propagation.Applied("a", 1, since: 0);
        Assert.Equal(0, recorder.Propagation.Count);
        propagation.Sent("a", 1, 1);
        Assert.Equal(1, recorder.Propagation.Count);
        propagation.Sent("a", 2, 1);
        Assert.Equal(2, recorder.Propagation.Count);
    }

    [Fact]
    public void What_was_written_before_somebody_came_is_history_to_them()
    {
        var recorder = new Recorder("typing");
        var propagation = new Propagation(recorder);
        propagation.Sent("a", 1, due: 100);
        propagation.Applied("a", 1, since: 101);
        propagation.Applied("a", 2, since: 101);
        propagation.Sent("a", 2, due: 100);
        Assert.Equal(0, recorder.Propagation.Count);
    }

    [Fact]
    public void Sessions_that_come_and_go_leave_nothing_behind()
    {
        var propagation = new Propagation(new Recorder("soak"));
        for (int session = 0; session < 10_000; session++)
        {
            propagation.Sent($"{session}", 1, 1);
            propagation.Leave($"{session}");
            propagation.Leave($"reader {session}");
        }

        Assert.InRange(propagation.AuthorsCount, 0, 100);
    }

    [Fact]
    public void Old_times_are_forgotten_and_memory_stays_as_it_is()
    {
        var times = new SequenceTimes(memory: 10);
        int capacity = times.Capacity;
        for (int number = 1; number <= 100_000; number++)
            times.Set(number, number);
        Assert.Equal(capacity, times.Capacity);
        Assert.Equal(100_000, times.Find(100_000));
        Assert.Null(times.Find(100_000 - capacity));
        Assert.Null(times.Find(100_001));
    }

    [Fact]
    public void Young_times_are_remembered_up_to_a_limit()
    {
        var times = new SequenceTimes(memory: long.MaxValue);
        for (int number = 1; number <= 20_000; number++)
            times.Set(number, number);
        Assert.All(Enumerable.Range(1, 20_000), number => Assert.Equal(number, times.Find(number)));

        for (int number = 20_001; number <= 100_000; number++)
            times.Set(number, number);
        Assert.Equal(SequenceTimes.CountLimit, times.Capacity);
        Assert.Null(times.Find(1));
        Assert.Equal(99_999, times.Find(99_999));
    }

    [Fact]
    public void A_number_that_is_left_out_has_no_time()
    {
        var times = new SequenceTimes(memory: 0);
        for (int number = 1; number <= 200; number++)
            times.Set(number, number);
        times.Set(230, 230);
        Assert.Equal(200, times.Find(200));
        Assert.Null(times.Find(215));
        times.Set(1_000, 1_000);
        Assert.Null(times.Find(200));
        Assert.Null(times.Find(990));
        Assert.Equal(1_000, times.Find(1_000));
    }
}
