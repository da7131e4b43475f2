import * as $protobuf from "protobufjs/minimal.js";
import Long = require("long");

/** Namespace pprof. */
export namespace pprof {

    /**
     * Properties of a Profile.
     * @deprecated Use pprof.Profile.$Properties instead.
     */
    interface IProfile extends pprof.Profile.$Properties {
    }

    /** Represents a Profile. */
    class Profile {

        /**
         * Constructs a new Profile.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Profile.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Profile sampleType. */
        sampleType: pprof.ValueType.$Properties[];

        /** Profile sample. */
        sample: pprof.Sample.$Properties[];

        /** Profile mapping. */
        mapping: pprof.Mapping.$Properties[];

        /** Profile location. */
        location: pprof.Location.$Properties[];

        /** Profile function. */
        function: pprof.Function.$Properties[];

        /** Profile stringTable. */
        stringTable: string[];

        /** Profile dropFrames. */
        dropFrames: (number|Long);

        /** Profile keepFrames. */
        keepFrames: (number|Long);

        /** Profile timeNanos. */
        timeNanos: (number|Long);

        /** Profile durationNanos. */
        durationNanos: (number|Long);

        /** Profile periodType. */
        periodType?: (pprof.ValueType.$Properties|null);

        /** Profile period. */
        period: (number|Long);

        /** Profile comment. */
        comment: (number|Long)[];

        /** Profile defaultSampleType. */
        defaultSampleType: (number|Long);

        /** Profile docUrl. */
        docUrl: (number|Long);

        /**
         * Encodes the specified Profile message. Does not implicitly {@link pprof.Profile.verify|verify} messages.
         * @param message Profile message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Profile.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Profile message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Profile & pprof.Profile.$Shape} Profile
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Profile & pprof.Profile.$Shape;
    }

    namespace Profile {

        /** Properties of a Profile. */
        interface $Properties {

            /** Profile sampleType */
            sampleType?: (pprof.ValueType.$Properties[]|null);

            /** Profile sample */
            sample?: (pprof.Sample.$Properties[]|null);

            /** Profile mapping */
            mapping?: (pprof.Mapping.$Properties[]|null);

            /** Profile location */
            location?: (pprof.Location.$Properties[]|null);

            /** Profile function */
            "function"?: (pprof.Function.$Properties[]|null);

            /** Profile stringTable */
            stringTable?: (string[]|null);

            /** Profile dropFrames */
            dropFrames?: (number|Long|null);

            /** Profile keepFrames */
            keepFrames?: (number|Long|null);

            /** Profile timeNanos */
            timeNanos?: (number|Long|null);

            /** Profile durationNanos */
            durationNanos?: (number|Long|null);

            /** Profile periodType */
            periodType?: (pprof.ValueType.$Properties|null);

            /** Profile period */
            period?: (number|Long|null);

            /** Profile comment */
            comment?: ((number|Long)[]|null);

            /** Profile defaultSampleType */
            defaultSampleType?: (number|Long|null);

            /** Profile docUrl */
            docUrl?: (number|Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Profile. */
        type $Shape = pprof.Profile.$Properties;
    }

    /**
     * Properties of a ValueType.
     * @deprecated Use pprof.ValueType.$Properties instead.
     */
    interface IValueType extends pprof.ValueType.$Properties {
    }

    /** Represents a ValueType. */
    class ValueType {

        /**
         * Constructs a new ValueType.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.ValueType.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** ValueType type. */
        type: (number|Long);

        /** ValueType unit. */
        unit: (number|Long);

        /**
         * Encodes the specified ValueType message. Does not implicitly {@link pprof.ValueType.verify|verify} messages.
         * @param message ValueType message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.ValueType.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a ValueType message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.ValueType & pprof.ValueType.$Shape} ValueType
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.ValueType & pprof.ValueType.$Shape;
    }

    namespace ValueType {

        /** Properties of a ValueType. */
        interface $Properties {

            /** ValueType type */
            type?: (number|Long|null);

            /** ValueType unit */
            unit?: (number|Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a ValueType. */
        type $Shape = pprof.ValueType.$Properties;
    }

    /**
     * Properties of a Sample.
     * @deprecated Use pprof.Sample.$Properties instead.
     */
    interface ISample extends pprof.Sample.$Properties {
    }

    /** Represents a Sample. */
    class Sample {

        /**
         * Constructs a new Sample.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Sample.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Sample locationId. */
        locationId: (number|Long)[];

        /** Sample value. */
        value: (number|Long)[];

        /** Sample label. */
        label: pprof.Label.$Properties[];

        /**
         * Encodes the specified Sample message. Does not implicitly {@link pprof.Sample.verify|verify} messages.
         * @param message Sample message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Sample.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Sample message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Sample & pprof.Sample.$Shape} Sample
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Sample & pprof.Sample.$Shape;
    }

    namespace Sample {

        /** Properties of a Sample. */
        interface $Properties {

            /** Sample locationId */
            locationId?: ((number|Long)[]|null);

            /** Sample value */
            value?: ((number|Long)[]|null);

            /** Sample label */
            label?: (pprof.Label.$Properties[]|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Sample. */
        type $Shape = pprof.Sample.$Properties;
    }

    /**
     * Properties of a Label.
     * @deprecated Use pprof.Label.$Properties instead.
     */
    interface ILabel extends pprof.Label.$Properties {
    }

    /** Represents a Label. */
    class Label {

        /**
         * Constructs a new Label.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Label.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Label key. */
        key: (number|Long);

        /** Label str. */
        str: (number|Long);

        /** Label num. */
        num: (number|Long);

        /** Label numUnit. */
        numUnit: (number|Long);

        /**
         * Encodes the specified Label message. Does not implicitly {@link pprof.Label.verify|verify} messages.
         * @param message Label message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Label.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Label message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Label & pprof.Label.$Shape} Label
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Label & pprof.Label.$Shape;
    }

    namespace Label {

        /** Properties of a Label. */
        interface $Properties {

            /** Label key */
            key?: (number|Long|null);

            /** Label str */
            str?: (number|Long|null);

            /** Label num */
            num?: (number|Long|null);

            /** Label numUnit */
            numUnit?: (number|Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Label. */
        type $Shape = pprof.Label.$Properties;
    }

    /**
     * Properties of a Mapping.
     * @deprecated Use pprof.Mapping.$Properties instead.
     */
    interface IMapping extends pprof.Mapping.$Properties {
    }

    /** Represents a Mapping. */
    class Mapping {

        /**
         * Constructs a new Mapping.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Mapping.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Mapping id. */
        id: (number|Long);

        /** Mapping memoryStart. */
        memoryStart: (number|Long);

        /** Mapping memoryLimit. */
        memoryLimit: (number|Long);

        /** Mapping fileOffset. */
        fileOffset: (number|Long);

        /** Mapping filename. */
        filename: (number|Long);

        /** Mapping buildId. */
        buildId: (number|Long);

        /** Mapping hasFunctions. */
        hasFunctions: boolean;

        /** Mapping hasFilenames. */
        hasFilenames: boolean;

        /** Mapping hasLineNumbers. */
        hasLineNumbers: boolean;

        /** Mapping hasInlineFrames. */
        hasInlineFrames: boolean;

        /**
         * Encodes the specified Mapping message. Does not implicitly {@link pprof.Mapping.verify|verify} messages.
         * @param message Mapping message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Mapping.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Mapping message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Mapping & pprof.Mapping.$Shape} Mapping
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Mapping & pprof.Mapping.$Shape;
    }

    namespace Mapping {

        /** Properties of a Mapping. */
        interface $Properties {

            /** Mapping id */
            id?: (number|Long|null);

            /** Mapping memoryStart */
            memoryStart?: (number|Long|null);

            /** Mapping memoryLimit */
            memoryLimit?: (number|Long|null);

            /** Mapping fileOffset */
            fileOffset?: (number|Long|null);

            /** Mapping filename */
            filename?: (number|Long|null);

            /** Mapping buildId */
            buildId?: (number|Long|null);

            /** Mapping hasFunctions */
            hasFunctions?: (boolean|null);

            /** Mapping hasFilenames */
            hasFilenames?: (boolean|null);

            /** Mapping hasLineNumbers */
            hasLineNumbers?: (boolean|null);

            /** Mapping hasInlineFrames */
            hasInlineFrames?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Mapping. */
        type $Shape = pprof.Mapping.$Properties;
    }

    /**
     * Properties of a Location.
     * @deprecated Use pprof.Location.$Properties instead.
     */
    interface ILocation extends pprof.Location.$Properties {
    }

    /** Represents a Location. */
    class Location {

        /**
         * Constructs a new Location.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Location.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Location id. */
        id: (number|Long);

        /** Location mappingId. */
        mappingId: (number|Long);

        /** Location address. */
        address: (number|Long);

        /** Location line. */
        line: pprof.Line.$Properties[];

        /** Location isFolded. */
        isFolded: boolean;

        /**
         * Encodes the specified Location message. Does not implicitly {@link pprof.Location.verify|verify} messages.
         * @param message Location message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Location.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Location message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Location & pprof.Location.$Shape} Location
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Location & pprof.Location.$Shape;
    }

    namespace Location {

        /** Properties of a Location. */
        interface $Properties {

            /** Location id */
            id?: (number|Long|null);

            /** Location mappingId */
            mappingId?: (number|Long|null);

            /** Location address */
            address?: (number|Long|null);

            /** Location line */
            line?: (pprof.Line.$Properties[]|null);

            /** Location isFolded */
            isFolded?: (boolean|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Location. */
        type $Shape = pprof.Location.$Properties;
    }

    /**
     * Properties of a Line.
     * @deprecated Use pprof.Line.$Properties instead.
     */
    interface ILine extends pprof.Line.$Properties {
    }

    /** Represents a Line. */
    class Line {

        /**
         * Constructs a new Line.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Line.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Line functionId. */
        functionId: (number|Long);

        /** Line line. */
        line: (number|Long);

        /** Line column. */
        column: (number|Long);

        /**
         * Encodes the specified Line message. Does not implicitly {@link pprof.Line.verify|verify} messages.
         * @param message Line message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Line.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Line message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Line & pprof.Line.$Shape} Line
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Line & pprof.Line.$Shape;
    }

    namespace Line {

        /** Properties of a Line. */
        interface $Properties {

            /** Line functionId */
            functionId?: (number|Long|null);

            /** Line line */
            line?: (number|Long|null);

            /** Line column */
            column?: (number|Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Line. */
        type $Shape = pprof.Line.$Properties;
    }

    /**
     * Properties of a Function.
     * @deprecated Use pprof.Function.$Properties instead.
     */
    interface IFunction extends pprof.Function.$Properties {
    }

    /** Represents a Function. */
    class Function {

        /**
         * Constructs a new Function.
         * @param [properties] Properties to set
         */
        constructor(properties?: pprof.Function.$Properties);

        /** Unknown fields preserved while decoding when enabled */
        $unknowns?: Uint8Array[];

        /** Function id. */
        id: (number|Long);

        /** Function name. */
        name: (number|Long);

        /** Function systemName. */
        systemName: (number|Long);

        /** Function filename. */
        filename: (number|Long);

        /** Function startLine. */
        startLine: (number|Long);

        /**
         * Encodes the specified Function message. Does not implicitly {@link pprof.Function.verify|verify} messages.
         * @param message Function message or plain object to encode
         * @param [writer] Writer to encode to
         * @returns Writer
         */
        static encode(message: pprof.Function.$Properties, writer?: $protobuf.Writer): $protobuf.Writer;

        /**
         * Decodes a Function message from the specified reader or buffer.
         * @param reader Reader or buffer to decode from
         * @param [length] Message length if known beforehand
         * @returns {pprof.Function & pprof.Function.$Shape} Function
         * @throws {Error} If the payload is not a reader or valid buffer
         * @throws {$protobuf.util.ProtocolError} If required fields are missing
         */
        static decode(reader: ($protobuf.Reader|Uint8Array), length?: number): pprof.Function & pprof.Function.$Shape;
    }

    namespace Function {

        /** Properties of a Function. */
        interface $Properties {

            /** Function id */
            id?: (number|Long|null);

            /** Function name */
            name?: (number|Long|null);

            /** Function systemName */
            systemName?: (number|Long|null);

            /** Function filename */
            filename?: (number|Long|null);

            /** Function startLine */
            startLine?: (number|Long|null);

            /** Unknown fields preserved while decoding when enabled */
            $unknowns?: Uint8Array[];
        }

        /** Shape of a Function. */
        type $Shape = pprof.Function.$Properties;
    }
}
