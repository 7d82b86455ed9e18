using Google.Protobuf;

namespace Collab.Tests.Tracing;

/// <summary>A message of protobuf without its descriptor: fields by number, in the order in which they came.</summary>
internal sealed class Protobuf
{
    private readonly List<(int Field, object Value)> _fields = [];

    public Protobuf(ByteString bytes)
    {
        var input = bytes.CreateCodedInput();
        while (input.ReadTag() is not 0 and uint tag)
        {
            _fields.Add(((int)(tag >> 3), (tag & 7) switch
            {
                0 => input.ReadUInt64(),
                1 => input.ReadFixed64(),
                2 => input.ReadBytes(),
                5 => (ulong)input.ReadFixed32(),
                var type => throw new InvalidDataException($"Field {tag >> 3} is of wire type {type}."),
            }));
        }
    }

    public IEnumerable<Protobuf> Messages(int field) => Values<ByteString>(field).Select(bytes => new Protobuf(bytes));

    public Protobuf? Message(int field) => Messages(field).LastOrDefault();

    public string Text(int field) => Values<ByteString>(field).LastOrDefault()?.ToStringUtf8() ?? "";

    public string Hex(int field) => Convert.ToHexStringLower((Values<ByteString>(field).LastOrDefault() ?? ByteString.Empty).Span);

    public ulong Number(int field) => Values<ulong>(field).LastOrDefault();

    public bool Has(int field) => _fields.Any(value => value.Field == field);

    private IEnumerable<T> Values<T>(int field) => _fields.Where(value => value.Field == field).Select(value => (T)value.Value);
}
