using Collab.Operations.Deltas;
using Collab.Stress.Integrity;

namespace Collab.Tests.Stress.Integrity;

/// <summary>What clients were told, held against logs that have it, and that do not.</summary>
public sealed class LogTallyTests
{
    private readonly AcknowledgedOperations _acknowledged = new();
    private readonly Findings _findings = new();

    [Fact]
    public void A_log_that_has_everything_is_whole()
    {
        Acknowledge("a", (1, 1), (2, 3), (4, 6));
        Acknowledge("b", (1, 2));
        var tally = Tally(0, ("a", 1), ("b", 1), ("a", 2), ("a", 4));
        Assert.Equal((4, 0, 0, 0), (tally.Acknowledged, tally.Lost, tally.GivenUp, tally.Doubled));
        Assert.Empty(_findings.Told);
    }

    [Fact]
    public void What_is_not_in_the_log_is_lost_and_the_first_is_named()
    {
        Acknowledge("a", (1, 1), (2, 2), (3, 4), (4, 5));
        var tally = Tally(0, ("a", 1), ("a", 4));
        Assert.Equal(2, tally.Lost);
        Assert.Equal("d has lost 2 of 4 acknowledged operations, the first is sequence 2 of session a, which Ada was told is a revision from 1 to 5.", Assert.Single(_findings.Told));
    }

    [Fact]
    public void What_is_there_twice_or_out_of_order_or_nobodys_is_named()
    {
        Acknowledge("a", (1, 1), (2, 2), (3, 3));
        var tally = Tally(0, ("a", 1), ("a", 3), ("a", 2), ("a", 1), ("ghost", 1), ("a", 4));
        Assert.Equal((0, 3), (tally.Lost, tally.Doubled));
        Assert.Equal(
            [
                "The log of d has 1 operations more than once, the first is revision 4, sequence 1 of session a.",
                "The log of d has 2 operations that no client was told of, the first is revision 5, sequence 1 of session ghost.",
                "The log of d has 1 operations behind later ones of their own session, the first is revision 3, sequence 2 of session a.",
            ],
            _findings.Told);
    }

    [Fact]
    public void What_was_sent_without_an_answer_may_be_there_or_not()
    {
        Acknowledge("a", (1, 1));
        _acknowledged.AddUnanswered("a", 2);
        _acknowledged.AddUnanswered("b", 1);
        var tally = Tally(0, ("a", 1), ("a", 2));
        Assert.Equal((1, 0, 0), (tally.Acknowledged, tally.Lost, tally.Doubled));
        Assert.Empty(_findings.Told);
    }

    // Of five operations the revisions from 8 to 15, and a log that begins at 10.
    [Theory]
    [InlineData(2, 0, 3, 4, 5)]
    [InlineData(3, 0, 4, 5)]
    [InlineData(2, 1, 3, 5)]
    [InlineData(4, 1)]
    [InlineData(3, 1, 4)]
    public void What_stood_in_history_that_was_given_up_is_not_lost(int givenUp, int lost, params int[] left)
    {
        Acknowledge("old", (1, 4), (2, 10));
        Acknowledge("a", (1, 8), (2, 9), (3, 12), (4, 13), (5, 15));
        // Without a revision for each, no more is known than that the first ones may be gone.
        var tally = Tally(10, [.. left.Select(sequence => ("a", (long)sequence))]);
        Assert.Equal((2 + givenUp, lost), (tally.GivenUp, tally.Lost));
    }

    private void Acknowledge(string session, params (long Sequence, long Revision)[] operations)
    {
        foreach (var (sequence, revision) in operations)
            _acknowledged.Add(session, sequence, revision);
    }

    private LogTally Tally(long start, params (string Session, long Sequence)[] log)
    {
        var tally = new LogTally("d", start, [("Ada", _acknowledged)], _findings);
        foreach (var (session, sequence) in log)
            tally.Add(new LoggedOperation(++start, session, sequence, Delta.Identity(DeltaForm.Text, 0)));
        tally.Conclude();
        return tally;
    }
}
