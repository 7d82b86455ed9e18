namespace Collab.Benchmarks.Capacity;

/// <summary>How many there are of everything, and what people do.</summary>
internal sealed record Fleet
{
    public int Silos { get; init; } = 1;

    public int SiloCores { get; init; } = 8;

    public int WebHosts { get; init; } = 1;

    public int WebCores { get; init; } = 8;

    public int DatabaseCores { get; init; } = 32;

    public int Documents { get; init; } = 1;

    public int Connections { get; init; } = 1;

    /// <summary>People in one document at most: <c>Collab:Documents:SessionsLimit</c>.</summary>
    public int SessionsLimit { get; init; } = 5_000;

    /// <summary>How unequal documents are: that of rank r has 1/r^s as many people. 0: all alike.</summary>
    public double Zipf { get; init; } = 0.6;

    /// <summary>Of the people in a document, those that are typing at a moment.</summary>
    public double TypingShare { get; init; } = 0.05;

    /// <summary>But not more than so many in one document.</summary>
    public double TypistsLimit { get; init; } = 50;

    /// <summary>Operations of one who is typing, each second.</summary>
    public double TypingRate { get; init; } = 2;

    /// <summary>Web hosts among which the people of one document are spread. More than <see cref="WebHosts"/> when only a part of a larger fleet is looked at.</summary>
    public int SpreadOver { get; init; }

    /// <summary>People in each document, largest first.</summary>
    public double[] People()
    {
        double[] people = [.. Enumerable.Range(1, Documents).Select(rank => Math.Pow(rank, -Zipf))];
        double scale = Connections / people.Sum();
        for (int i = 0; i < people.Length; i++)
            people[i] = Math.Min(SessionsLimit, people[i] * scale);
        return people;
    }

    /// <summary>Operations each second in a document with so many people.</summary>
    public double Rate(double people) => TypingRate * Math.Min(people * TypingShare, TypistsLimit);

    /// <summary>Web hosts that somebody of so many people is on, if each is on any with the same chance.</summary>
    public double Hosts(double people)
    {
        double hosts = Math.Max(SpreadOver, WebHosts);
        return Math.Max(Math.Min(people, 1), hosts * (1 - Math.Pow(1 - (1 / hosts), people)));
    }
}
