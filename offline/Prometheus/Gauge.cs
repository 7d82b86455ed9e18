using System.Text;

namespace Prometheus;

/// <summary>A number that goes up and down.</summary>
public interface IGauge
{
    double Value { get; }

    void Inc(double increment = 1);

    void Dec(double decrement = 1);

    void Set(double val);

    void IncTo(double targetValue);

    void DecTo(double targetValue);
}

/// <inheritdoc cref="IGauge"/>
public sealed class Gauge : Collector<Gauge.Child>, IGauge
{
    internal Gauge(string name, string help, string[] labelNames, bool isShownUnset)
        : base(name, help, labelNames, isShownUnset)
    {
    }

    public double Value => Unlabelled.Value;

    internal override string Type => "gauge";

    public void Inc(double increment = 1) => Unlabelled.Inc(increment);

    public void Dec(double decrement = 1) => Unlabelled.Dec(decrement);

    public void Set(double val) => Unlabelled.Set(val);

    public void IncTo(double targetValue) => Unlabelled.IncTo(targetValue);

    public void DecTo(double targetValue) => Unlabelled.DecTo(targetValue);

    public void Publish() => Unlabelled.Publish();

    public void Unpublish() => Unlabelled.Unpublish();

    private protected override Child NewChild(string labels, bool isPublished) => new(labels, isPublished);

    /// <summary>One series of a gauge.</summary>
    public sealed class Child : ChildBase, IGauge
    {
        private AtomicDouble _value;

        internal Child(string labels, bool isPublished)
            : base(labels, isPublished)
        {
        }

        public double Value => _value.Value;

        public void Inc(double increment = 1)
        {
            _value.Add(increment);
            Publish();
        }

        public void Dec(double decrement = 1) => Inc(-decrement);

        public void Set(double val)
        {
            _value.Value = val;
            Publish();
        }

        public void IncTo(double targetValue)
        {
            _value.RaiseTo(targetValue);
            Publish();
        }

        public void DecTo(double targetValue)
        {
            _value.LowerTo(targetValue);
            Publish();
        }

        internal override void Write(StringBuilder text, TextFormat format, string name) => WriteSample(text, name, format.Number(Value));
    }
}
