using System.Reflection.Emit;

namespace Orleans.Engine;

/// <summary>A call's arguments as one <see cref="ValueTuple"/>, nested beyond seven as the compiler does it.</summary>
internal sealed class ArgumentTuple
{
    private const int Direct = 7;

    private readonly Type[] _items;
    private readonly ArgumentTuple? _rest;

    private ArgumentTuple(Type[] items, ArgumentTuple? rest)
    {
        _items = items;
        _rest = rest;
        Type = items.Length == 0
            ? typeof(ValueTuple)
            : typeof(ValueTuple).Assembly.GetType($"System.ValueTuple`{items.Length + (rest is null ? 0 : 1)}")!
                .MakeGenericType(rest is null ? items : [.. items, rest.Type]);
    }

    public Type Type { get; }

    public static ArgumentTuple Of(Type[] parameters) =>
        parameters.Length <= Direct ? new(parameters, null) : new(parameters[..Direct], Of(parameters[Direct..]));

    /// <summary>The same arguments with another one at <paramref name="index"/>.</summary>
    public static TTuple With<TTuple>(TTuple arguments, int index, object? value)
        where TTuple : struct
    {
        object boxed = arguments;
        Replace(boxed, index, value);
        return (TTuple)boxed;

        static void Replace(object tuple, int index, object? value)
        {
            if (index < Direct)
            {
                tuple.GetType().GetField($"Item{index + 1}")!.SetValue(tuple, value);
                return;
            }
            var field = tuple.GetType().GetField("Rest")!;
            var rest = field.GetValue(tuple)!;
            Replace(rest, index - Direct, value);
            field.SetValue(tuple, rest);
        }
    }

    /// <summary>Packs the arguments on the stack.</summary>
    public void EmitPack(ILGenerator il)
    {
        _rest?.EmitPack(il);
        if (_items.Length > 0)
        {
            il.Emit(OpCodes.Newobj, Type.GetConstructor(Type.GetGenericArguments())!);
            return;
        }
        il.Emit(OpCodes.Ldloc, il.DeclareLocal(Type));
    }

    /// <summary>Puts argument <paramref name="index"/> of the tuple in the method's second parameter on the stack.</summary>
    public void EmitUnpack(ILGenerator il, int index)
    {
        il.Emit(OpCodes.Ldarga, 1);
        var tuple = this;
        for (; index >= Direct; index -= Direct)
        {
            il.Emit(OpCodes.Ldflda, tuple.Type.GetField("Rest")!);
            tuple = tuple._rest!;
        }
        il.Emit(OpCodes.Ldfld, tuple.Type.GetField($"Item{index + 1}")!);
    }
}
