using System.Text;

namespace Prometheus;

/// <summary>A number that only grows.</summary>
public interface ICounter
{
    double Value { get; }

    void Inc(double increment = 1.0);

    /// <summary>Raises the value to <paramref name="targetValue"/>; a value that is there already stays.</summary>
    void IncTo(double targetValue);
}

/// <inheritdoc cref="ICounter"/>
public sealed class Counter : Collector<Counter.Child>, ICounter
{
    internal Counter(string name, string help, string[] labelNames, bool isShownUnset)
        : base(name, help, labelNames, isShownUnset)
    {
    }

    public double Value => Unlabelled.Value;

    internal override string Type => "counter";

    public void Inc(double increment = 1.0) => Unlabelled.Inc(increment);

    public void IncTo(double targetValue) => Unlabelled.IncTo(targetValue);

    public void Publish() => Unlabelled.Publish();

    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(string labels, bool isPublished) => new(labels, isPublished);

    /// <summary>One series of a counter.</summary>
    public sealed class Child : ChildBase, ICounter
    {
        private AtomicDouble _value;

        internal Child(string labels, bool isPublished)
            : base(labels, isPublished)
        {
        }

        public double Value => _value.Value;

        public void Inc(double increment = 1.0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(increment);
            _value.Add(increment);
            Publish();
        }

        public void IncTo(double targetValue)
        {
            _value.RaiseTo(targetValue);
            Publish();
        }

        internal override void Write(StringBuilder text, TextFormat format, string name) => WriteSample(text, name, format.Number(Value));
    }
}
