using System.Buffers;
using System.Text;

namespace Collab.Operations.Json;

/// <summary>Writes UTF-8 straight into the buffer writer's memory, a piece at a time. <see cref="Finish"/> hands over the last piece.</summary>
internal ref struct Utf8Sink(IBufferWriter<byte> output) : ICodeUnitSink
{
    // Big enough that a keystroke is one piece, small enough for any pool.
    private const int Piece = 256;
    private const int UnitsAtOnce = 1024;

    private Span<byte> _piece = output.GetSpan(Piece);
    private int _written;

    public void Append(char ascii)
    {
        if (_written == _piece.Length) Next(1);
        _piece[_written++] = (byte)ascii;
    }

    public void Append(scoped ReadOnlySpan<char> units)
    {
        while (units.Length > UnitsAtOnce)
        {
            var cut = char.IsHighSurrogate(units[UnitsAtOnce - 1]) ? UnitsAtOnce - 1 : UnitsAtOnce;
            AppendPart(units[..cut]);
            units = units[cut..];
        }

        AppendPart(units);
    }

    public void Finish()
    {
        output.Advance(_written);
        _written = 0;
        _piece = default;
    }

    private void AppendPart(scoped ReadOnlySpan<char> units)
    {
        // A code unit takes at most three bytes; a pair takes four.
        if (_piece.Length - _written < units.Length * 3) Next(units.Length * 3);
        _written += Encoding.UTF8.GetBytes(units, _piece[_written..]);
    }

    private void Next(int size)
    {
        output.Advance(_written);
        _written = 0;
        _piece = output.GetSpan(Math.Max(size, Piece));
    }
}
