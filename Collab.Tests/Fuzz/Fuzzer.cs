namespace Collab.Tests.Fuzz;

/// <summary>Feeds one target with mutations of its seeds and of whatever had an outcome that no input had before. The same seed makes the same inputs in the same order.</summary>
internal sealed class Fuzzer
{
    private const int KeptLimit = 4_000;

    private readonly FuzzTarget _target;
    private readonly int _seed;
    private readonly Random _random;
    private readonly Mutations _mutations;
    private readonly List<byte[]> _corpus;
    private readonly HashSet<string> _outcomes = [];

    public Fuzzer(FuzzTarget target, int seed)
    {
        (_target, _seed) = (target, seed);
        _random = new Random(seed);
        _mutations = new Mutations(_random);
        _corpus = [.. target.Seeds];
        foreach (byte[] input in target.Seeds)
            _outcomes.Add(Read(input));
    }

    /// <summary>Inputs read so far.</summary>
    public long Count { get; private set; }

    public override string ToString() => $"{_target.Name,-18} {Count,12:N0} inputs, {_outcomes.Count,6:N0} outcomes";

    public void Run(long inputs)
    {
        for (long i = 0; i < inputs; i++)
        {
            byte[] input = _mutations.Mutate(Pick(), _corpus[_random.Next(_corpus.Count)]);
            if (_outcomes.Add(Read(input)) && _corpus.Count < KeptLimit)
                _corpus.Add(input);
        }
    }

    /// <summary>Reads one input, as it is.</summary>
    /// <exception cref="FuzzException">With the input, to be put into <c>regressions.txt</c>.</exception>
    public string Read(byte[] input)
    {
        Count++;
        try
        {
            return _target.Read(input);
        }
        catch (Exception failure)
        {
            throw new FuzzException(
                $"{_target.Name}, seed {_seed}, input {Count}: {(failure as FuzzException)?.Message ?? failure.ToString()}\nFor Collab.Tests/Fuzz/regressions.txt:\n{_target.Name} {Convert.ToBase64String(input)}");
        }
    }

    // What was found last is mutated most: it is the furthest from where it began.
    private byte[] Pick() => _random.Next(2) == 0 ? _corpus[_random.Next(_corpus.Count)] : _corpus[^(1 + _random.Next(Math.Min(64, _corpus.Count)))];
}
